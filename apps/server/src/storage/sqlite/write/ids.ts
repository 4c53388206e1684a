import type { GivenIds } from '../../../ledger/storage-port.ts';
import type { SqliteConnection } from '../connection.ts';

const saveSql = `UPDATE ledger_clock SET next_id_time_ms = ?, next_id_counter = ?, ids_ahead_ms = max(ids_ahead_ms, ?)
  WHERE only = 1`;

export function saveIds(connection: SqliteConnection, { reached, aheadMs }: GivenIds): void {
  connection.run(saveSql, reached.timeMs, reached.counter, aheadMs);
}
