import { text } from '../columns.ts';
import type { ConnectionInTurns } from '../exclusive-connection.ts';

/** When an instance looks, in milliseconds after its start: autovacuum does the same, but only after a minute. */
const lookAfterMs: readonly number[] = [1_000, 3_000, 10_000, 30_000];
const sizeMax = 64 * 1024 * 1024;

const youngSql = `SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
    AND (relname IN ('accounts', 'account_lines', 'services', 'scopes', 'entries') OR relname ~ '^(records|answers)_')
    AND pg_total_relation_size(oid) BETWEEN 1 AND ${sizeMax}`;

/**
 * Lets the planner know tables that have just begun to fill. What it planned while they were empty takes any index for as
 * good as any other, and may read all accounts of a service for each one that it looks for; new statistics make it plan anew.
 *
 * @returns a function that stops it
 */
export function analyzeWhileYoung(upkeep: ConnectionInTurns): () => void {
  const timers = lookAfterMs.map((afterMs) =>
    setTimeout(() => {
      // Only speed hangs on it; whoever keeps a lock on the table is not waited for.
      analyzeYoung(upkeep).catch(() => undefined);
    }, afterMs).unref(),
  );
  return () => {
    for (const timer of timers) clearTimeout(timer);
  };
}

async function analyzeYoung(upkeep: ConnectionInTurns): Promise<void> {
  await upkeep.use(async (connection) => {
    const rows = await connection.rows(youngSql, []);
    const tables = rows.map((row) => text(row, 'relname'));
    // With the rights of the tables' owner, which the role of a server need not have.
    if (tables.length > 0) await connection.rows('SELECT billonce_analyze($1)', [tables]);
  });
}
