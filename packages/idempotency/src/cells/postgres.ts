import { bindClient, type PostgresClient, type PostgresRow } from '../stores/postgres/bindings.ts';
import { type Cell, demandCell, type SweptCellStore } from './cell-store.ts';

/** How cells are kept in PostgreSQL. */
export interface PostgresCellsOptions {
  /** a pool of node-postgres, or the `sql` of postgres.js; never a client with an open transaction */
  readonly client: PostgresClient;
  /** the schema of the table `cells`; both are created if missing; `idempotency` */
  readonly schema?: string;
}

/**
 * Cells in PostgreSQL, for any number of instances. The table is created at first use if missing.
 *
 * @throws {TypeError} if the client is neither of node-postgres nor of postgres.js
 * @throws {RangeError} if the schema is not a plain lower-case name
 */
export function postgresCells({ client, schema = 'idempotency' }: PostgresCellsOptions): SweptCellStore {
  demandName('schema', schema);
  const { run, script } = bindClient(client);
  const table = `"${schema}".cells`;
  let made: Promise<void> | undefined;

  const make = async () => {
    if (await exists()) return;
    try {
      await script(postgresCellsDdl({ schema }));
    } catch (error) {
      // If two instances create it at the same time, one fails because the table exists.
      if (!(await exists())) throw error;
    }
  };
  const exists = async () => {
    const [row] = await run('SELECT to_regclass($1::text) IS NOT NULL AS made', [table]);
    return row?.[0] === true;
  };
  const rows: typeof run = async (text, values) => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    await made;
    return run(text, values);
  };

  return {
    async read(name) {
      const [row] = await rows(`SELECT value, version FROM ${table} WHERE name = $1`, [name]);
      return row && parseCell(row);
    },
    async write(name, version, value, keepUntilMs) {
      demandCell(name, value);
      const next = crypto.randomUUID();
      const keep = keepUntilMs ?? null;
      if (value === undefined) {
        if (version === undefined)
          return (await rows(`SELECT 1 FROM ${table} WHERE name = $1`, [name])).length === 0;
        const remove = `DELETE FROM ${table} WHERE name = $1 AND version = $2 RETURNING 1`;
        return (await rows(remove, [name, version])).length > 0;
      }
      if (version === undefined) {
        const insert = `INSERT INTO ${table} (name, value, version, keep_until_ms) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING 1`;
        return (await rows(insert, [name, value, next, keep])).length > 0;
      }
      const update = `UPDATE ${table} SET value = $1, version = $2, keep_until_ms = $3 WHERE name = $4 AND version = $5 RETURNING 1`;
      return (await rows(update, [value, next, keep, name, version])).length > 0;
    },
    async sweep({ nowMs = Date.now() } = {}) {
      const removed = await rows(`DELETE FROM ${table} WHERE keep_until_ms <= $1 RETURNING 1`, [nowMs]);
      return removed.length;
    },
  };
}

/**
 * The statements that create the table, for a tool that migrates the database by scripts.
 *
 * @param options `role` is granted the rights of cells that only use the table
 * @throws {RangeError} if a schema or role is not a plain lower-case name
 */
export function postgresCellsDdl(options: { readonly schema?: string; readonly role?: string } = {}): string {
  const { schema = 'idempotency', role } = options;
  demandName('schema', schema);
  if (role !== undefined) demandName('role', role);
  const grants = `GRANT USAGE ON SCHEMA "${schema}" TO "${role}";
GRANT SELECT, INSERT, UPDATE, DELETE ON "${schema}".cells TO "${role}";
`;
  return `CREATE SCHEMA IF NOT EXISTS "${schema}";
CREATE TABLE IF NOT EXISTS "${schema}".cells (
  name text PRIMARY KEY,
  value text NOT NULL,
  version text NOT NULL,
  keep_until_ms bigint
);
COMMENT ON COLUMN "${schema}".cells.keep_until_ms IS 'NULL: for ever';
CREATE INDEX IF NOT EXISTS cells_keep_until_ms ON "${schema}".cells (keep_until_ms) WHERE keep_until_ms IS NOT NULL;
${role === undefined ? '' : grants}`;
}

function demandName(option: string, name: string): void {
  if (/^[a-z_][a-z0-9_]{0,62}$/.test(name)) return;
  throw new RangeError(`${option} must be 1 to 63 lower-case letters, digits and underscores`);
}

function parseCell([value, version]: PostgresRow): Cell {
  return { value: String(value), version: String(version) };
}
