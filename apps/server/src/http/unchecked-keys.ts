import type { ApiKeyBooks } from '../reads/books/api-keys.ts';

/** How long to rely on the result that no key without a checksum exists. */
const freshMs = 1_000;

/**
 * Whether there are API keys without a checksum: those that clients brought along. If there are none, a mistyped key is
 * refused without asking the database.
 */
export class UncheckedKeys {
  readonly #books: ApiKeyBooks;
  #exist = true;
  #readAtMs = Number.NEGATIVE_INFINITY;

  constructor(books: ApiKeyBooks) {
    this.#books = books;
  }

  async exist(): Promise<boolean> {
    // Not a time of day: no stored decision depends on it.
    const nowMs = performance.now();
    if (nowMs - this.#readAtMs >= freshMs) {
      this.#exist = await this.#books.hasUncheckedApiKeys();
      this.#readAtMs = nowMs;
    }
    return this.#exist;
  }

  /** Called after this instance has created one. */
  forget(): void {
    this.#readAtMs = Number.NEGATIVE_INFINITY;
  }
}
