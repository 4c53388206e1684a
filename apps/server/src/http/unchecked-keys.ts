import type { ApiKeyBooks } from '../reads/books/api-keys.ts';

/** For how long it is believed that no key without a checksum exists. */
const freshMs = 1_000;

/**
 * Whether there are API keys without a checksum: those that clients had already. While there are none, a mistyped key is
 * refused without a look at the database.
 */
export class UncheckedKeys {
  readonly #books: ApiKeyBooks;
  #exist = true;
  #readAtMs = Number.NEGATIVE_INFINITY;

  constructor(books: ApiKeyBooks) {
    this.#books = books;
  }

  async exist(): Promise<boolean> {
    // Not a time of day: nothing that is decided by it is kept.
    const nowMs = performance.now();
    if (nowMs - this.#readAtMs >= freshMs) {
      this.#exist = await this.#books.hasUncheckedApiKeys();
      this.#readAtMs = nowMs;
    }
    return this.#exist;
  }

  /** After this instance itself made one. */
  forget(): void {
    this.#readAtMs = Number.NEGATIVE_INFINITY;
  }
}
