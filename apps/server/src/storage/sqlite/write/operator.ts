import type { Pause } from '../../../domain/pause.ts';
import type { Settings } from '../../../domain/settings.ts';
import { pause, settings } from '../../tables/operator.ts';
import type { SqliteConnection } from '../connection.ts';
import { updateSql, valuesOf } from '../described.ts';

const savePauseSql = updateSql(pause, [], 'only = 1');
const pauseValues = valuesOf(pause);
const saveSettingsSql = updateSql(settings, [], 'only = 1');
const settingsValues = valuesOf(settings);

export function savePause(connection: SqliteConnection, changed: Pause): void {
  connection.run(savePauseSql, ...pauseValues(changed));
}

export function saveSettings(connection: SqliteConnection, changed: Settings): void {
  connection.run(saveSettingsSql, ...settingsValues(changed));
}
