import { writeProbeBody } from '../../write-probe-body.ts';
import type { SqliteConnection } from '../connection.ts';

const probeSql = 'INSERT OR REPLACE INTO write_probes (only, body) VALUES (1, ?)';

/** Writes a probe. */
export function probeWrite(connection: SqliteConnection): void {
  connection.run(probeSql, writeProbeBody());
}
