import { adminTenant } from '../../../domain/tenant.ts';
import type { Durability } from '../../../ledger/storage-port.ts';
import { writeProbeBody } from '../../write-probe-body.ts';
import { text } from '../columns.ts';
import type { ReadPool } from '../pool.ts';

// One statement, and so one transaction: the pool's connections are shared.
const probeSql = `INSERT INTO write_probes (tenant, body) VALUES ($1, decode($2, 'hex'))
  ON CONFLICT (tenant) DO UPDATE SET body = excluded.body`;
const settingsSql = `SELECT name, current_setting(name) AS value
  FROM unnest(ARRAY ['fsync', 'full_page_writes', 'synchronous_commit']) AS names (name) ORDER BY name`;

/**
 * Commits a probe.
 *
 * @throws {StorageFault} if the database does not accept it
 */
export function probeWrite(pool: ReadPool): Promise<Durability> {
  return pool.use(async (connection) => {
    await connection.rows(probeSql, [adminTenant, writeProbeBody().toString('hex')]);
    const rows = await connection.rows(settingsSql, []);
    const settings = Object.fromEntries(rows.map((row) => [text(row, 'name'), text(row, 'value')]));
    return { engine: 'postgres', settings };
  });
}
