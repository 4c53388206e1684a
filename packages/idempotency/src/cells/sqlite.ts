import { PreparedDatabase, type SqliteDatabase } from '../stores/sqlite/connection.ts';
import { type Cell, demandCell, type SweptCellStore } from './cell-store.ts';

/** How cells are kept in a SQLite database. */
export interface SqliteCellsOptions {
  /**
   * An open handle of node:sqlite or better-sqlite3, without an open transaction of yours when a cell is used. Set
   * `PRAGMA journal_mode = WAL` and `PRAGMA synchronous = FULL`.
   */
  readonly database: SqliteDatabase;
  /** the name of the table, created if missing; `idempotency_cells` */
  readonly table?: string;
}

const busyTimeoutMs = 5000;

/**
 * Cells in a SQLite database, for any number of processes on one machine.
 *
 * @throws {TypeError} if the database is neither of node:sqlite nor of better-sqlite3
 * @throws {RangeError} if the table name is not a plain name
 */
export function sqliteCells({ database, table = 'idempotency_cells' }: SqliteCellsOptions): SweptCellStore {
  const create = sqliteCellsDdl({ table });
  const connection = new PreparedDatabase(database);
  const own = () => {
    if (!connection.isInTransaction) return connection;
    throw new Error('a transaction is open on the handle of the cells: give them a separate handle');
  };
  const [timeout] = own().rows('PRAGMA busy_timeout');
  if (Number(timeout?.[0]) === 0) connection.script(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
  connection.script(create);
  return {
    read(name) {
      const [row] = own().rows(`SELECT value, version FROM ${table} WHERE name = ?`, name);
      return row && parseCell(row);
    },
    write(name, version, value, keepUntilMs) {
      demandCell(name, value);
      const next = crypto.randomUUID();
      const keep = keepUntilMs ?? null;
      if (value === undefined) {
        if (version === undefined)
          return own().rows(`SELECT 1 FROM ${table} WHERE name = ?`, name).length === 0;
        return own().run(`DELETE FROM ${table} WHERE name = ? AND version = ?`, name, version) > 0;
      }
      if (version === undefined) {
        const insert = `INSERT INTO ${table} (name, value, version, keep_until_ms) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`;
        return own().run(insert, name, value, next, keep) > 0;
      }
      const update = `UPDATE ${table} SET value = ?, version = ?, keep_until_ms = ? WHERE name = ? AND version = ?`;
      return own().run(update, value, next, keep, name, version) > 0;
    },
    async sweep({ nowMs = Date.now() } = {}) {
      return own().run(`DELETE FROM ${table} WHERE keep_until_ms <= ?`, nowMs);
    },
  };
}

/**
 * The statements that create the table, for a tool that migrates the database by scripts.
 *
 * @throws {RangeError} if the table name is not a plain name
 */
export function sqliteCellsDdl({ table = 'idempotency_cells' }: { readonly table?: string } = {}): string {
  if (!/^(?!sqlite_)[a-z_][a-z0-9_]{0,62}$/i.test(table)) {
    throw new RangeError('table must be 1 to 63 letters, digits and underscores');
  }
  return `CREATE TABLE IF NOT EXISTS ${table} (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL,
  version TEXT NOT NULL,
  keep_until_ms INTEGER -- NULL: for ever
) STRICT;
CREATE INDEX IF NOT EXISTS ${table}_keep_until_ms ON ${table} (keep_until_ms) WHERE keep_until_ms IS NOT NULL;
`;
}

function parseCell([value, version]: readonly unknown[]): Cell {
  return { value: String(value), version: String(version) };
}
