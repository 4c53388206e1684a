import { steadySinceMs, waverMaxMs } from '../../steady-clock.ts';
import { integerOrAbsent } from '../columns.ts';
import type { SqliteConnection } from '../connection.ts';

const loadSql = 'SELECT steady_since_ms, swept_at_ms FROM ledger_clock WHERE only = 1';
const saveSql = 'UPDATE ledger_clock SET steady_since_ms = ?, swept_at_ms = ? WHERE only = 1';
const doubtSql = `UPDATE ledger_clock SET steady_since_ms = NULL
  WHERE only = 1 AND steady_since_ms IS NOT NULL AND swept_at_ms > ?`;

/** Saves the time of a sweep, and returns since when the clock has run steadily. */
export function saveSweptAt(connection: SqliteConnection, nowMs: number): number {
  const row = connection.get(loadSql);
  const sweptAtMs = row && integerOrAbsent(row, 'swept_at_ms');
  const known = row && integerOrAbsent(row, 'steady_since_ms');
  const sinceMs = steadySinceMs({ sweptAtMs, steadySinceMs: known }, nowMs);
  connection.run(saveSql, sinceMs, nowMs);
  return sinceMs;
}

/**
 * Records that the clock was set back, if a record is older than the last sweep: the clock may be right again before
 * the next sweep.
 */
export function doubtClock(connection: SqliteConnection, firstSeenAtMs: number): void {
  connection.run(doubtSql, firstSeenAtMs + waverMaxMs);
}
