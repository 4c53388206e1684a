import { adminTenant } from '../../../domain/tenant.ts';
import { steadySinceMs, waverMaxMs } from '../../steady-clock.ts';
import { integer, integerOrAbsent } from '../columns.ts';
import type { PostgresConnection } from '../connection.ts';
import type { StatementRunner } from '../statement-runner.ts';

const loadSql = 'SELECT steady_since_ms, swept_at_ms FROM operator WHERE tenant = $1';
// When a batch or another sweep saw a jump since the row was read, the clock is steady since now.
const saveSql = `INSERT INTO operator (tenant, steady_since_ms, swept_at_ms) VALUES ($1, $2, $3)
  ON CONFLICT (tenant) DO UPDATE SET swept_at_ms = excluded.swept_at_ms,
    steady_since_ms = CASE WHEN operator.steady_since_ms IS NOT DISTINCT FROM $4::bigint
      THEN excluded.steady_since_ms ELSE excluded.swept_at_ms END
  RETURNING steady_since_ms`;
const doubtSql = `UPDATE operator SET steady_since_ms = NULL
  WHERE tenant = $1 AND steady_since_ms IS NOT NULL AND swept_at_ms > $2`;

/** Saves the time of a sweep, and returns since when the clock has run steadily. */
export async function saveSweptAt(connection: PostgresConnection, nowMs: number): Promise<number> {
  const [row] = await connection.rows(loadSql, [adminTenant]);
  const sweptAtMs = row && integerOrAbsent(row, 'swept_at_ms');
  const known = row && integerOrAbsent(row, 'steady_since_ms');
  const sinceMs = steadySinceMs({ sweptAtMs, steadySinceMs: known }, nowMs);
  const [saved] = await connection.rows(saveSql, [adminTenant, sinceMs, nowMs, known ?? null]);
  return saved === undefined ? nowMs : integer(saved, 'steady_since_ms');
}

/**
 * Records that the clock was set back, if records are older than the last sweep: the clock may be right again before
 * the next sweep.
 *
 * @param sweptAtMs of the last sweep, as the batch loaded it
 */
export async function doubtClock(
  statements: StatementRunner,
  records: readonly { readonly firstSeenAtMs: number }[],
  sweptAtMs: number | undefined,
): Promise<void> {
  const [first] = records;
  if (first === undefined || sweptAtMs === undefined) return;
  const latestMs = first.firstSeenAtMs + waverMaxMs;
  if (sweptAtMs > latestMs) await statements.rows(doubtSql, [adminTenant, latestMs]);
}
