import { text } from '../columns.ts';
import type { ConnectionInTurns, ExclusiveConnection } from '../exclusive-connection.ts';

/** How often an instance looks: autovacuum does the same, but only after a minute, in which a table may grow by 100,000 rows. */
const lookEveryMs = 2_000;
const sizeMax = 64 * 1024 * 1024;

// Tables that have grown to more than twice their size at the last analysis.
const youngSql = `SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
    AND (relname IN ('accounts', 'account_lines', 'services', 'scopes', 'entries')
      OR relname ~ '^(records|answers|deliveries)_')
    AND pg_relation_size(oid) BETWEEN 1 + 2 * greatest(relpages, 0) * current_setting('block_size')::bigint AND ${sizeMax}
  ORDER BY relname`;

/**
 * Updates the planner's statistics of tables that have just begun to fill. For plans that were made while a table was
 * empty, all indexes have the same cost, so they may read all accounts of a service to find one; new statistics make
 * PostgreSQL plan again.
 *
 * @returns a function that stops it
 */
export function analyzeWhileYoung(upkeep: ConnectionInTurns): () => void {
  let isLooking = false;
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    upkeep
      .use(analyzeYoung)
      // Only speed depends on it; a table that another session has locked is left out.
      .catch(() => undefined)
      .finally(() => {
        isLooking = false;
      });
  }, lookEveryMs).unref();
  return () => clearInterval(timer);
}

/** Analyzes the small tables that have grown to more than twice of what the planner knows: their names. */
export async function analyzeYoung(connection: ExclusiveConnection): Promise<readonly string[]> {
  const rows = await connection.rows(youngSql, []);
  const tables = rows.map((row) => text(row, 'relname'));
  // With the rights of the tables' owner, which the role of a server need not have.
  if (tables.length > 0) await connection.rows('SELECT billonce_analyze($1)', [tables]);
  return tables;
}
