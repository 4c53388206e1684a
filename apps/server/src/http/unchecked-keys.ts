import type { ApiKeyBooks } from '../reads/books/api-keys.ts';
import type { KeyChanges } from './key-changes.ts';

/** How long to rely on the result that no key without a checksum exists. */
const freshMs = 1_000;

/**
 * Whether there are API keys without a checksum: those that clients brought along. If there are none, a mistyped key is
 * refused without asking the database.
 */
export class UncheckedKeys {
  readonly #books: ApiKeyBooks;
  readonly #changes: KeyChanges;
  #exist = true;
  #readAtChange = 0;
  #readAtMs = Number.NEGATIVE_INFINITY;

  constructor(books: ApiKeyBooks, changes: KeyChanges) {
    this.#books = books;
    this.#changes = changes;
  }

  async exist(): Promise<boolean> {
    // Not a time of day: no stored decision depends on it.
    const nowMs = performance.now();
    // Before the read: a key that is created meanwhile may not be seen by it.
    const change = this.#changes.value;
    if (nowMs - this.#readAtMs >= freshMs || change !== this.#readAtChange) {
      this.#exist = await this.#books.hasUncheckedApiKeys();
      this.#readAtMs = nowMs;
      this.#readAtChange = change;
    }
    return this.#exist;
  }

  /** Called after this instance has created one. */
  forget(): void {
    this.#readAtMs = Number.NEGATIVE_INFINITY;
  }
}
