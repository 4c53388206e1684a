import { noSettings, type Settings } from '../../domain/settings.ts';
import { integerOrAbsent } from './columns.ts';
import type { Connection } from './connection.ts';

const loadSettingsSql = 'SELECT bulk_items_max, requests_per_minute_max FROM settings WHERE only = 1';
const saveSettingsSql = 'UPDATE settings SET bulk_items_max = ?, requests_per_minute_max = ? WHERE only = 1';

export function loadSettings(connection: Connection): Settings {
  const row = connection.get(loadSettingsSql);
  if (row === undefined) return noSettings;
  return {
    bulkItemsMax: integerOrAbsent(row, 'bulk_items_max'),
    requestsPerMinuteMax: integerOrAbsent(row, 'requests_per_minute_max'),
  };
}

export function saveSettings(connection: Connection, settings: Settings): void {
  connection.run(saveSettingsSql, settings.bulkItemsMax ?? null, settings.requestsPerMinuteMax ?? null);
}
