import type { Config } from '../config.ts';
import { noSettings, rateWindowMsDefault, type Settings } from '../domain/settings.ts';
import type { Books } from '../reads/books.ts';

/** The time after which every instance uses a changed setting, in milliseconds. */
export const followedWithinMs = 2_000;

const freshMs = 1_000;

/** The settings as this instance knows them: on use, they are read again if they are older than a second. */
export class RuntimeSettings {
  readonly #books: Books;
  readonly #config: Config;
  readonly #nowMs: () => number;
  #known: Settings = noSettings;
  #readAtMs = Number.NEGATIVE_INFINITY;
  #isReading = false;

  constructor(books: Books, config: Config, nowMs: () => number) {
    this.#books = books;
    this.#config = config;
    this.#nowMs = nowMs;
  }

  /** What each tenant may use in a window; a limit of 0 means no limit. */
  get rateLimit(): { readonly limit: number; readonly windowMs: number } {
    const ageMs = this.#nowMs() - this.#readAtMs;
    if ((ageMs >= freshMs || ageMs < 0) && !this.#isReading) this.#read();
    const { requestsPerWindowMax: limit = this.#config.requestsPerMinuteMax } = this.#known;
    return { limit, windowMs: this.#known.rateWindowMs ?? rateWindowMsDefault };
  }

  /** Reads them at start, so that they apply to the first request. */
  async load(): Promise<void> {
    this.#known = await this.#books.settings();
    this.#readAtMs = this.#nowMs();
  }

  #read(): void {
    this.#isReading = true;
    this.load()
      // The last known settings stay in force while the database cannot be read.
      .catch(() => undefined)
      .finally(() => {
        this.#isReading = false;
      });
  }
}
