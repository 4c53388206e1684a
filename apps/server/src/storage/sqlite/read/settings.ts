import { noSettings, type Settings } from '../../../domain/settings.ts';
import { integerOrAbsent } from '../columns.ts';
import type { Connection } from '../connection.ts';

const loadSettingsSql =
  'SELECT bulk_items_max, requests_per_minute_max, rate_window_ms FROM settings WHERE only = 1';
const saveSettingsSql =
  'UPDATE settings SET bulk_items_max = ?, requests_per_minute_max = ?, rate_window_ms = ? WHERE only = 1';

export function loadSettings(connection: Connection): Settings {
  const row = connection.get(loadSettingsSql);
  if (row === undefined) return noSettings;
  return {
    bulkItemsMax: integerOrAbsent(row, 'bulk_items_max'),
    requestsPerWindowMax: integerOrAbsent(row, 'requests_per_minute_max'),
    rateWindowMs: integerOrAbsent(row, 'rate_window_ms'),
  };
}

export function saveSettings(connection: Connection, settings: Settings): void {
  const { bulkItemsMax, requestsPerWindowMax, rateWindowMs } = settings;
  connection.run(saveSettingsSql, bulkItemsMax ?? null, requestsPerWindowMax ?? null, rateWindowMs ?? null);
}
