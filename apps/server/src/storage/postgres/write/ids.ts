import { adminTenant } from '../../../domain/tenant.ts';
import type { Statements } from '../connection.ts';
import { idsAheadUnnotedMs } from '../read/operator.ts';

const saveIdsAheadSql = `INSERT INTO operator (tenant, ids_ahead_ms) VALUES ($1, $2)
  ON CONFLICT (tenant) DO UPDATE SET ids_ahead_ms = greatest(operator.ids_ahead_ms, excluded.ids_ahead_ms)`;

/** Notes how far ids are ahead of the clock, if they never were that far before. In whole hours, so that it is rare. */
export async function saveIdsAhead(
  statements: Statements,
  aheadMs: number,
  knownMaxMs: number,
): Promise<void> {
  if (aheadMs <= knownMaxMs) return;
  const hours = Math.ceil(aheadMs / idsAheadUnnotedMs);
  await statements.rows(saveIdsAheadSql, [adminTenant, hours * idsAheadUnnotedMs]);
}
