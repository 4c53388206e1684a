import type { DatabaseSize } from '../../storage.ts';
import { flag, integer } from '../columns.ts';
import type { ReadPool } from '../pool.ts';

// As float8: sizes are beyond the 32 bits of an integer, and a double is exact up to 2^53.
const databaseSql = `SELECT pg_database_size(current_database())::float8 AS bytes,
  has_function_privilege('pg_ls_waldir()', 'execute') AS may_see_wal`;
// A separate statement: PostgreSQL checks the right to call a function before it knows whether it will be called.
const walSql = 'SELECT coalesce(sum(size), 0)::float8 AS bytes FROM pg_ls_waldir()';

/** The size of the database, and of the server's write-ahead log if the role may see that (`pg_monitor`). */
export function databaseSize(pool: ReadPool): Promise<DatabaseSize> {
  return pool.use(async (connection) => {
    const [database] = await connection.rows(databaseSql, []);
    if (database === undefined) throw new Error('PostgreSQL returned no size of the database');
    const [wal] = flag(database, 'may_see_wal') ? await connection.rows(walSql, []) : [];
    return {
      databaseBytes: integer(database, 'bytes'),
      walBytes: wal && integer(wal, 'bytes'),
      diskFreeBytes: undefined,
    };
  });
}
