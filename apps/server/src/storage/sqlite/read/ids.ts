import type { IdPlace } from '../../../domain/id-block.ts';
import { integer } from '../columns.ts';
import type { SqliteConnection } from '../connection.ts';

const loadSql = 'SELECT next_id_time_ms, next_id_counter, ids_ahead_ms FROM ledger_clock WHERE only = 1';

/** The stored facts about the ids that were given. */
export interface KnownIds {
  readonly reached: IdPlace;
  /** the most that ids were ever ahead of the clock */
  readonly aheadMaxMs: number;
}

export function loadIds(connection: SqliteConnection): KnownIds {
  const row = connection.get(loadSql);
  if (row === undefined) throw new Error('the file does not say which ids were given');
  return {
    reached: { timeMs: integer(row, 'next_id_time_ms'), counter: integer(row, 'next_id_counter') },
    aheadMaxMs: integer(row, 'ids_ahead_ms'),
  };
}
