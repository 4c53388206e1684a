import { neverPaused, type Pause } from '../../../domain/pause.ts';
import { noSettings, type Settings } from '../../../domain/settings.ts';
import { adminTenant } from '../../../domain/tenant.ts';
import { flag, integer, integerOrAbsent } from '../columns.ts';
import type { Connection, Statements } from '../connection.ts';

const loadOperatorSql = `SELECT is_paused, paused_since_ms, bulk_items_max, requests_per_minute_max, rate_window_ms, ids_ahead_ms,
    forgotten_before_ms, swept_at_ms
  FROM operator WHERE tenant = $1`;
const savePauseSql = `INSERT INTO operator (tenant, is_paused, paused_since_ms) VALUES ($1, $2, $3)
  ON CONFLICT (tenant) DO UPDATE SET is_paused = excluded.is_paused, paused_since_ms = excluded.paused_since_ms`;
const saveSettingsSql = `INSERT INTO operator (tenant, bulk_items_max, requests_per_minute_max, rate_window_ms)
  VALUES ($1, $2, $3, $4)
  ON CONFLICT (tenant) DO UPDATE SET bulk_items_max = excluded.bulk_items_max,
    requests_per_minute_max = excluded.requests_per_minute_max, rate_window_ms = excluded.rate_window_ms`;

/** Less than this is not noted: a clock that wavers must not make the batches of all tenants write one row. */
const idsAheadUnnotedMs = 3_600_000;
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

/** What the operator has set, and what is noted of the ids. */
export async function loadOperator(connection: Connection): Promise<{
  readonly pause: Pause;
  readonly forgottenBeforeMs: number;
  readonly settings: Settings;
  readonly idsAheadMaxMs: number;
  readonly sweptAtMs: number | undefined;
}> {
  const [row] = await connection.rows(loadOperatorSql, [adminTenant]);
  if (row === undefined)
    return {
      pause: neverPaused,
      forgottenBeforeMs: 0,
      settings: noSettings,
      idsAheadMaxMs: idsAheadUnnotedMs,
      sweptAtMs: undefined,
    };
  return {
    idsAheadMaxMs: integer(row, 'ids_ahead_ms'),
    sweptAtMs: integerOrAbsent(row, 'swept_at_ms'),
    forgottenBeforeMs: integer(row, 'forgotten_before_ms'),
    pause: { isPaused: flag(row, 'is_paused'), sinceMs: integer(row, 'paused_since_ms') },
    settings: {
      bulkItemsMax: integerOrAbsent(row, 'bulk_items_max'),
      requestsPerWindowMax: integerOrAbsent(row, 'requests_per_minute_max'),
      rateWindowMs: integerOrAbsent(row, 'rate_window_ms'),
    },
  };
}

export async function savePause(statements: Statements, { isPaused, sinceMs }: Pause): Promise<void> {
  await statements.rows(savePauseSql, [adminTenant, isPaused, sinceMs]);
}

export async function saveSettings(statements: Statements, settings: Settings): Promise<void> {
  const { bulkItemsMax, requestsPerWindowMax, rateWindowMs } = settings;
  const values = [bulkItemsMax ?? null, requestsPerWindowMax ?? null, rateWindowMs ?? null];
  await statements.rows(saveSettingsSql, [adminTenant, ...values]);
}
