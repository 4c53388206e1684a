import type { Config } from '../config.ts';
import { noSettings, rateWindowMsDefault, type Settings } from '../domain/settings.ts';
import type { Books } from '../reads/books.ts';

/** Within this time every instance follows what was set, in milliseconds. */
export const followedWithinMs = 2_000;

const freshMs = 1_000;

/** The settings as this instance knows them: read again, when somebody asks, as soon as they are a second old. */
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

  /** What each tenant may cost in a window; a limit of 0 is none. */
  get rateLimit(): { readonly limit: number; readonly windowMs: number } {
    const ageMs = this.#nowMs() - this.#readAtMs;
    if ((ageMs >= freshMs || ageMs < 0) && !this.#isReading) this.#read();
    const { requestsPerWindowMax: limit = this.#config.requestsPerMinuteMax } = this.#known;
    return { limit, windowMs: this.#known.rateWindowMs ?? rateWindowMsDefault };
  }

  /** Reads them at the start, so that the first request already meets them. */
  async load(): Promise<void> {
    this.#known = await this.#books.settings();
    this.#readAtMs = this.#nowMs();
  }

  #read(): void {
    this.#isReading = true;
    this.load()
      // What was known stays in force while the database cannot be read.
      .catch(() => undefined)
      .finally(() => {
        this.#isReading = false;
      });
  }
}
