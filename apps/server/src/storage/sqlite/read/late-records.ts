import { hex, integer } from '../columns.ts';
import type { SqliteConnection } from '../connection.ts';

const throughSql = `SELECT records_indexed_through AS through, (SELECT max(n) FROM records) AS last
  FROM ledger_clock WHERE only = 1`;
const newerSql = 'SELECT n, scope, key FROM records WHERE n > ? ORDER BY n';

/** One text for the place of a key. */
export function lateName(scope: number, key: string): string {
  return `${scope} ${key}`;
}

/**
 * The records that may not be in the index of keys, for a connection that only reads. Each call reads only the records
 * that were added since the last call, so each record is read once, no matter how many keys are looked up. There are at
 * most two runs of them.
 */
export class LateRecords {
  #byName = new Map<string, number>();
  #through = 0;
  #last = 0;

  /** The number of the last record of a key, if that may not be in the index. */
  find(connection: SqliteConnection, scope: number, key: string): number | undefined {
    this.#catchUp(connection);
    return this.#byName.get(lateName(scope, key));
  }

  #catchUp(connection: SqliteConnection): void {
    const row = connection.get(throughSql);
    if (row === undefined) throw new Error('the file does not say which records are in the index');
    const through = integer(row, 'through');
    const last = row['last'] === null ? 0 : integer(row, 'last');
    // The last records were deleted by hand: their numbers may be given again.
    if (last < this.#last) this.#forget();
    if (through > this.#through) this.#indexedThrough(through);
    if (last === this.#last) return;
    for (const newer of connection.all(newerSql, Math.max(this.#last, through)))
      this.#byName.set(lateName(integer(newer, 'scope'), hex(newer, 'key')), integer(newer, 'n'));
    this.#last = last;
  }

  #indexedThrough(through: number): void {
    this.#through = through;
    for (const [name, n] of this.#byName) if (n <= through) this.#byName.delete(name);
  }

  #forget(): void {
    this.#byName = new Map();
    this.#through = 0;
    this.#last = 0;
  }
}
