import type { SQLInputValue } from 'node:sqlite';
import type { SqliteConnection } from '../connection.ts';

/** How many rows a statement inserts; the remaining rows use smaller statements. */
const sizes = [16, 4, 1] as const;

/**
 * Makes rows of a table, several with one statement: the driver and SQLite take as long to begin and end a statement as to make one row.
 *
 * A fault rolls back the whole transaction (`OR ROLLBACK`), which a batch does anyway. To be able to take back a part of such a statement
 * alone, SQLite would write a journal of it, which costs more than is gained.
 */
export class RowsInsert {
  readonly #sqls: readonly (readonly [rows: number, sql: string])[];

  /**
   * @param into the table and the names of its columns: `records (n, scope)`
   * @param conflict what happens to an existing row, as SQL; without it, an existing row is a fault
   */
  constructor(into: string, columns: number, conflict = '') {
    const places = `(${Array.from({ length: columns }, () => '?').join(', ')})`;
    this.#sqls = sizes.map((rows) => {
      const values = Array.from({ length: rows }, () => places).join(', ');
      return [rows, `INSERT OR ROLLBACK INTO ${into} VALUES ${values} ${conflict}`] as const;
    });
  }

  /** @param rows the values of each row, in the order of the columns */
  run(connection: SqliteConnection, rows: readonly (readonly SQLInputValue[])[]): void {
    let at = 0;
    for (const [size, sql] of this.#sqls) {
      for (; at + size <= rows.length; at += size) {
        const values: SQLInputValue[] = [];
        for (let row = at; row < at + size; row++) values.push(...(rows[row] ?? []));
        connection.run(sql, ...values);
      }
    }
  }
}
