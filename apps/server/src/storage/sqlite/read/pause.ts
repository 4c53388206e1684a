import { neverPaused, type Pause } from '../../../domain/pause.ts';
import { integer } from '../columns.ts';
import type { Connection } from '../connection.ts';

const loadPauseSql = 'SELECT is_paused, since_ms FROM pause WHERE only = 1';
const savePauseSql = 'UPDATE pause SET is_paused = ?, since_ms = ? WHERE only = 1';

export function loadPause(connection: Connection): Pause {
  const row = connection.get(loadPauseSql);
  if (row === undefined) return neverPaused;
  return { isPaused: integer(row, 'is_paused') === 1, sinceMs: integer(row, 'since_ms') };
}

export function savePause(connection: Connection, { isPaused, sinceMs }: Pause): void {
  connection.run(savePauseSql, isPaused ? 1 : 0, sinceMs);
}
