import { writeProbeBody } from '../../write-probe-body.ts';
import type { Connection } from '../connection.ts';

const probeSql = 'INSERT OR REPLACE INTO write_probes (only, body) VALUES (1, ?)';

/** Writes a row of no meaning. */
export function probeWrite(connection: Connection): void {
  connection.run(probeSql, writeProbeBody());
}
