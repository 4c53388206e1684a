// Distributes a database with existing books, on a Citus that the test starts.
process.env['BILLONCE_TEST_ENGINE'] = 'postgres';

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CitusCluster } from '../harness/citus-cluster.ts';
import {
  beginAll,
  eachMore,
  endAndAssertOnce,
  instanceOn,
  loadsOf,
  skipWithoutCitus,
} from '../harness/distributed.ts';
import type { PostgresNode } from '../harness/postgres-node.ts';
import { seededRandom } from '../harness/seeded-random.ts';
import { ServerProcesses } from '../harness/server-processes.ts';

/** A server records its sweep and its audit in these tables when it starts. */
const changedByStart: ReadonlySet<string> = new Set(['audits', 'operator']);

/** The rows of every table, sorted by their content only. */
async function rowsOf(node: PostgresNode): Promise<ReadonlyMap<string, readonly string[]>> {
  const tables =
    await node.query(`SELECT relname AS name FROM pg_class AS c WHERE relnamespace = 'public'::regnamespace
    AND relkind IN ('r', 'p') AND NOT relispartition
    AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = c.oid AND deptype = 'e') ORDER BY 1`);
  const rows = new Map<string, readonly string[]>();
  for (const name of tables.map((table) => String(table['name'])))
    rows.set(name, (await node.query(`SELECT * FROM ${name}`)).map((row) => JSON.stringify(row)).sort());
  return rows;
}

test('a database with books is distributed with every row, and its retries and audits give the same answers', {
  skip: skipWithoutCitus,
}, async (t) => {
  const cluster = await CitusCluster.start(t);
  const { coordinator } = cluster;
  const before = new ServerProcesses(t, [instanceOn(coordinator, false)]);
  await before.startAll();
  const loads = await loadsOf(before, ['acme', 'bolt', 'cask'], seededRandom(t));
  beginAll(loads);
  await eachMore(loads, 60);
  await Promise.all(loads.map((load) => load.end()));
  for (const load of loads) assert.equal((await load.api(0).get('/audit')).json.ok, true);
  await before.kill(0);
  const rows = await rowsOf(coordinator);
  await cluster.extend(t);
  const after = new ServerProcesses(t, [instanceOn(coordinator, true)]);
  await after.startAll();
  const [{ tables } = {}] = await coordinator.query('SELECT count(*)::integer AS tables FROM citus_tables');
  assert.ok(Number(tables) > 50, String(tables));
  const moved = await rowsOf(coordinator);
  assert.deepEqual([...moved.keys()], [...rows.keys()]);
  for (const [name, wanted] of rows)
    if (!changedByStart.has(name)) assert.deepEqual(moved.get(name), wanted, name);
  for (const load of loads) load.moveTo(after);
  await endAndAssertOnce(t, loads);
});
