import { none, type RecordTable } from './record-table.ts';

/** The records of one scope. */
export class ScopeRecords {
  /** by `compact` keys, in the order in which the keys were first seen */
  readonly byKey = new Map<string, number>();
  /** how many answers are kept */
  answers = 0;
  readonly #table: RecordTable;
  /** the record with the oldest answer, and that with the newest one; the others are linked between them */
  #oldest = none;
  #newest = none;

  constructor(table: RecordTable) {
    this.#table = table;
  }

  /** The record with the oldest answer, or `none`. */
  get oldestAnswered(): number {
    return this.#oldest;
  }

  /** Notes that a record now has an answer. */
  addAnswered(record: number): void {
    const table = this.#table;
    table.link(record, 'previous', this.#newest);
    table.link(record, 'next', none);
    if (this.#newest === none) this.#oldest = record;
    else table.link(this.#newest, 'next', record);
    this.#newest = record;
    this.answers++;
  }

  /** Notes that a record has no answer any more. */
  removeAnswered(record: number): void {
    const table = this.#table;
    const [previous, next] = [table.previous(record), table.next(record)];
    if (previous === none) this.#oldest = next;
    else table.link(previous, 'next', next);
    if (next === none) this.#newest = previous;
    else table.link(next, 'previous', previous);
    this.answers--;
  }
}

// Writes a digest with one character for each byte. This takes half the room of hexadecimal digits. The string is also
// a separate copy: a substring would keep the whole original string in memory.
const scratch = Buffer.alloc(32);

export function compact(digits: string): string {
  return scratch.toString('latin1', 0, scratch.write(digits, 'hex'));
}
