import { neverPaused, type Pause } from '../../../domain/pause.ts';
import { noSettings, type Settings } from '../../../domain/settings.ts';
import type { OperatorReads } from '../../../reads/books/operator.ts';
import { pause, settings } from '../../tables/operator.ts';
import type { SqliteConnection } from '../connection.ts';
import { parserOf, selectList } from '../described.ts';
import { loadIds } from './ids.ts';
import type { Read } from './reader.ts';

const loadPauseSql = `SELECT ${selectList(pause)} FROM pause WHERE only = 1`;
const parsePause = parserOf(pause);
const loadSettingsSql = `SELECT ${selectList(settings)} FROM settings WHERE only = 1`;
const parseSettings = parserOf(settings);

export function loadPause(connection: SqliteConnection): Pause {
  const row = connection.get(loadPauseSql);
  return row === undefined ? neverPaused : parsePause(row);
}

export function loadSettings(connection: SqliteConnection): Settings {
  const row = connection.get(loadSettingsSql);
  return row === undefined ? noSettings : parseSettings(row);
}

export function operatorReads(read: Read): OperatorReads {
  return {
    pause: () => read(loadPause),
    settings: () => read(loadSettings),
    idsAheadMaxMs: () => read((connection) => loadIds(connection).aheadMaxMs),
  };
}
