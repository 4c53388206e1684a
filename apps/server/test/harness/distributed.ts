import type { TestContext } from 'node:test';
import { CitusCluster, citusPrograms } from './citus-cluster.ts';
import { migratedOnCitus } from './database.ts';
import type { PostgresNode } from './postgres-node.ts';
import { type Random, seededRandom } from './seeded-random.ts';
import { ServerProcesses } from './server-processes.ts';
import { TenantLoad } from './tenant-load.ts';
import { adminKey } from './tenants.ts';

/** The reason to skip the tests that start a Citus, if they are skipped. */
export const skipWithoutCitus =
  citusPrograms === undefined
    ? 'not run: BILLONCE_TEST_CITUS_PROGRAMS names no folder with the programs of a PostgreSQL that has Citus'
    : false;
/** The number of concurrent requests of a tenant. */
const clients = 4;

/** The settings of an instance on a node. */
export const instanceOn = (node: PostgresNode, isByTenant: boolean) => ({
  DATABASE_URL: node.url,
  DATABASE_BY_TENANT: String(isByTenant),
  ADMIN_API_KEY: adminKey,
  LOG_LEVEL: 'silent',
});

/** Makes loads of new tenants. */
export async function loadsOf(instances: ServerProcesses, tenants: readonly string[], random: Random) {
  const loads: TenantLoad[] = [];
  for (const tenant of tenants) loads.push(await TenantLoad.make(instances, tenant, random));
  return loads;
}

/** Starts two instances on a Citus, and makes two tenants on each worker. */
export async function distributed(t: TestContext) {
  const cluster = await CitusCluster.start(t);
  const [left, right] = await cluster.extend(t);
  await migratedOnCitus(cluster.coordinator.url);
  const instance = instanceOn(cluster.coordinator, true);
  const instances = new ServerProcesses(t, [instance, instance]);
  await instances.start(0);
  await instances.start(1);
  const random = seededRandom(t);
  const onLeft = await loadsOf(instances, await cluster.namesOn(left, 2), random);
  const onRight = await loadsOf(instances, await cluster.namesOn(right, 2), random);
  return { cluster, left, right, onLeft, onRight, loads: [...onLeft, ...onRight] };
}

/** Lets all of them write. */
export function beginAll(loads: readonly TenantLoad[]): void {
  for (const load of loads) load.begin(clients);
}

/** Waits until this many further writes of each were acknowledged. */
export async function eachMore(loads: readonly TenantLoad[], count: number): Promise<void> {
  await Promise.all(loads.map((load) => load.more(count)));
}

/** Ends the loads and retries every write: each must have taken effect once, and the audits must agree. */
export async function endAndAssertOnce(t: TestContext, loads: readonly TenantLoad[]): Promise<void> {
  await Promise.all(loads.map((load) => load.end()));
  for (const load of loads) await load.assertOnce();
  t.diagnostic(loads.map((load) => `${load.tenant} ${load.acknowledged} writes`).join(', '));
}

/** Counts the statuses that each load was answered since the last call. */
export const answersOf = (loads: readonly TenantLoad[]) =>
  loads.map((load) => Object.fromEntries(load.forget()));
