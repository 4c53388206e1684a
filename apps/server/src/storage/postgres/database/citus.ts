import { flag, integer, text } from '../columns.ts';
import type { Placement, PostgresConnection } from '../connection.ts';
import type { ExclusiveConnection } from '../exclusive-connection.ts';

/** Tables with a full copy on every node, because every batch reads them. */
const everywhere: ReadonlySet<string> = new Set(['api_keys', 'operator']);
/** Tables that are only on the coordinator, because they describe the database and not a tenant. */
const onCoordinator: ReadonlySet<string> = new Set(['schema_versions', 'write_probes']);
/** Tables that others refer to, before those. */
const first = ['tenants', 'accounts', 'entries', 'reversals', 'settlements'];
/** The column by which all other tables are distributed: the rows of one tenant are on one node. */
const [leader] = first;

const findCitusSql = `SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') AS found`;
const groupSql = 'SELECT groupid FROM pg_dist_local_group';
const workersSql = `SELECT count(*) AS nodes FROM pg_dist_node WHERE shouldhaveshards`;
const undistributedSql = `SELECT c.relname FROM pg_class AS c
  WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND NOT EXISTS (SELECT FROM pg_dist_partition AS d WHERE d.logicalrelid = c.oid) ORDER BY c.relname`;
const referenceSql = 'SELECT create_reference_table($1::regclass)';
const distributeSql = `SELECT create_distributed_table($1::regclass, 'tenant')`;
const distributeWithSql = `SELECT create_distributed_table($1::regclass, 'tenant', colocate_with => $2)`;

/**
 * Where a database has its rows.
 *
 * @param isByTenant whether each transaction is of one tenant
 * @throws {Error} if it has Citus and `isByTenant` is false, if it is a worker, or if no node accepts rows
 */
export async function placementOf(connection: PostgresConnection, isByTenant: boolean): Promise<Placement> {
  const [row] = await connection.rows(findCitusSql, []);
  if (row === undefined || !flag(row, 'found')) return isByTenant ? 'by_tenant' : 'one_node';
  if (!isByTenant)
    throw new Error(
      'it has the extension citus: read docs/how-to/distribute/citus.md, and set DATABASE_BY_TENANT=true to distribute the tables',
    );
  const [group] = await connection.rows(groupSql, []);
  if (group !== undefined && integer(group, 'groupid') !== 0)
    throw new Error('it is a worker of Citus: name the coordinator in DATABASE_URL');
  const [workers] = await connection.rows(workersSql, []);
  if (workers === undefined || integer(workers, 'nodes') === 0)
    throw new Error('Citus knows no node that takes rows: add the workers with citus_add_node first');
  return 'citus';
}

/**
 * Distributes the tables that are not distributed yet, with the rows that are in them: by tenant, or whole on every node. All of
 * them at once or none. Safe when several instances start at once.
 *
 * @returns the names of the tables that it has distributed
 */
export async function distributeTables(connection: ExclusiveConnection): Promise<readonly string[]> {
  if ((await undistributed(connection)).length === 0) return [];
  return await connection.transaction(async () => {
    await connection.exec('LOCK TABLE schema_versions IN EXCLUSIVE MODE');
    const tables = await undistributed(connection);
    for (const table of tables) {
      if (everywhere.has(table)) await connection.rows(referenceSql, [table]);
      else if (table === leader) await connection.rows(distributeSql, [table]);
      else await connection.rows(distributeWithSql, [table, leader ?? table]);
    }
    return tables;
  });
}

async function undistributed(connection: PostgresConnection): Promise<readonly string[]> {
  const rows = await connection.rows(undistributedSql, []);
  const names = rows.map((row) => text(row, 'relname')).filter((name) => !onCoordinator.has(name));
  return [...first.filter((name) => names.includes(name)), ...names.filter((name) => !first.includes(name))];
}
