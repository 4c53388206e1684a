import type { FileRow } from './row.ts';

/** The most rows with ids that are held back; a row is released when this many others came after it. */
const heldMax = 1_000;
/** The most characters of rows that are held back. */
const heldCharactersMax = 32 * 1024 * 1024;

/**
 * Holds rows back, so that only the last row with an id is passed on. Repetitions are close together: a log writes the
 * parts of one answer while it arrives.
 */
export class LastOfId {
  readonly #held = new Map<string, FileRow>();
  #characters = 0;

  /** Takes a row, and returns those that can no longer be replaced. */
  add(key: string, row: FileRow): readonly FileRow[] {
    this.#drop(key);
    this.#held.set(key, row);
    this.#characters += row.text.length;
    const passed: FileRow[] = [];
    for (const [oldest, held] of this.#held) {
      if (this.#held.size <= heldMax && this.#characters <= heldCharactersMax) break;
      this.#drop(oldest);
      passed.push(held);
    }
    return passed;
  }

  #drop(key: string): void {
    this.#characters -= this.#held.get(key)?.text.length ?? 0;
    this.#held.delete(key);
  }

  /** The rest, at the end of the file. */
  flush(): readonly FileRow[] {
    const rows = [...this.#held.values()];
    this.#held.clear();
    this.#characters = 0;
    return rows;
  }
}
