import { neverPaused, type Pause } from '../../domain/pause.ts';
import { noSettings, type Settings } from '../../domain/settings.ts';
import { adminTenant } from '../../domain/tenant.ts';
import { flag, integer, integerOrAbsent } from './columns.ts';
import type { Connection, Statements } from './connection.ts';

const loadOperatorSql = `SELECT is_paused, paused_since_ms, bulk_items_max, requests_per_minute_max
  FROM operator WHERE tenant = $1`;
const savePauseSql = `INSERT INTO operator (tenant, is_paused, paused_since_ms) VALUES ($1, $2, $3)
  ON CONFLICT (tenant) DO UPDATE SET is_paused = excluded.is_paused, paused_since_ms = excluded.paused_since_ms`;
const saveSettingsSql = `INSERT INTO operator (tenant, bulk_items_max, requests_per_minute_max) VALUES ($1, $2, $3)
  ON CONFLICT (tenant) DO UPDATE SET bulk_items_max = excluded.bulk_items_max,
    requests_per_minute_max = excluded.requests_per_minute_max`;

/** What the operator has set. */
export async function loadOperator(
  connection: Connection,
): Promise<{ readonly pause: Pause; readonly settings: Settings }> {
  const [row] = await connection.rows(loadOperatorSql, [adminTenant]);
  if (row === undefined) return { pause: neverPaused, settings: noSettings };
  return {
    pause: { isPaused: flag(row, 'is_paused'), sinceMs: integer(row, 'paused_since_ms') },
    settings: {
      bulkItemsMax: integerOrAbsent(row, 'bulk_items_max'),
      requestsPerMinuteMax: integerOrAbsent(row, 'requests_per_minute_max'),
    },
  };
}

export async function savePause(statements: Statements, { isPaused, sinceMs }: Pause): Promise<void> {
  await statements.rows(savePauseSql, [adminTenant, isPaused, sinceMs]);
}

export async function saveSettings(statements: Statements, settings: Settings): Promise<void> {
  const { bulkItemsMax, requestsPerMinuteMax } = settings;
  await statements.rows(saveSettingsSql, [adminTenant, bulkItemsMax ?? null, requestsPerMinuteMax ?? null]);
}
