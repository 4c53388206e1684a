// On a Citus that the tests start themselves: shards are moved and divided while servers write.
process.env['BILLONCE_TEST_ENGINE'] = 'postgres';

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  answersOf,
  beginAll,
  distributed,
  eachMore,
  endAndAssertOnce,
  skipWithoutCitus,
} from '../harness/distributed.ts';

test('if a shard moves while its tenant writes, with and without writes that wait, every write is billed once', {
  skip: skipWithoutCitus,
}, async (t) => {
  const { cluster, left, right, onLeft, onRight, loads } = await distributed(t);
  beginAll(loads);
  await eachMore(loads, 10);
  for (const [mode, load, from, to] of [
    ['auto', onLeft[0], left, right],
    ['block_writes', onRight[0], right, left],
  ] as const) {
    assert.ok(load);
    const { shard } = await cluster.placeOf(load.tenant);
    answersOf(loads);
    await cluster.coordinator.query(
      `SELECT citus_move_shard_placement(${shard}, '127.0.0.1', ${from.port}, '127.0.0.1', ${to.port}, '${mode}')`,
    );
    t.diagnostic(`while a shard was moved with ${mode}: ${JSON.stringify(answersOf(loads))}`);
    assert.deepEqual(await cluster.placeOf(load.tenant), { port: to.port, shard });
    await eachMore(loads, 10);
  }
  await endAndAssertOnce(t, loads);
});

test('if tenants get shards that no other tenant uses while all write, every write is billed once', {
  skip: skipWithoutCitus,
}, async (t) => {
  const { cluster, loads } = await distributed(t);
  beginAll(loads);
  await eachMore(loads, 10);
  for (const isolated of loads) {
    answersOf(loads);
    const before = await cluster.placeOf(isolated.tenant);
    await cluster.coordinator.query(
      `SELECT isolate_tenant_to_new_shard('accounts', '${isolated.tenant}', 'CASCADE', 'block_writes')`,
    );
    t.diagnostic(`while ${isolated.tenant} was isolated: ${JSON.stringify(answersOf(loads))}`);
    const after = await cluster.placeOf(isolated.tenant);
    assert.notEqual(after.shard, before.shard);
    for (const other of loads)
      if (other !== isolated) assert.notEqual((await cluster.placeOf(other.tenant)).shard, after.shard);
    await eachMore(loads, 10);
  }
  await endAndAssertOnce(t, loads);
});

test('if a shard is divided among other nodes while its tenants write, every write is billed once', {
  skip: skipWithoutCitus,
}, async (t) => {
  const { cluster, right, onLeft, loads } = await distributed(t);
  await cluster.allowDivisions();
  beginAll(loads);
  await eachMore(loads, 10);
  const [load] = onLeft;
  assert.ok(load);
  const before = await cluster.placeOf(load.tenant);
  answersOf(loads);
  await cluster.coordinator.query(
    `SELECT citus_split_shard_by_split_points(get_shard_id_for_distribution_column('accounts', '${load.tenant}'::text),
       ARRAY[hash - 1, hash]::text[], ARRAY[nodeid, nodeid, nodeid], 'force_logical')
     FROM worker_hash('${load.tenant}'::text) AS hash, pg_dist_node WHERE nodeport = ${right.port}`,
  );
  t.diagnostic(`while a shard was divided: ${JSON.stringify(answersOf(loads))}`);
  const after = await cluster.placeOf(load.tenant);
  assert.equal(after.port, right.port);
  assert.notEqual(after.shard, before.shard);
  for (const other of loads)
    if (other !== load) assert.notEqual((await cluster.placeOf(other.tenant)).shard, after.shard);
  await eachMore(loads, 10);
  await endAndAssertOnce(t, loads);
});

for (const [how, statements] of [
  ['at once', [`SELECT rebalance_table_shards(shard_transfer_mode => 'auto')`]],
  [
    'in the background',
    [`SELECT citus_rebalance_start(shard_transfer_mode => 'auto')`, 'SELECT citus_rebalance_wait()'],
  ],
] as const)
  test(`if a worker is added and the shards are rebalanced ${how} while all write, every write is billed once`, {
    skip: skipWithoutCitus,
  }, async (t) => {
    const { cluster, loads } = await distributed(t);
    beginAll(loads);
    await eachMore(loads, 10);
    answersOf(loads);
    const added = await cluster.addWorker(t);
    await eachMore(loads, 1);
    t.diagnostic(`while a worker was added: ${JSON.stringify(answersOf(loads))}`);
    for (const statement of statements) await cluster.coordinator.query(statement);
    t.diagnostic(`while shards were rebalanced: ${JSON.stringify(answersOf(loads))}`);
    const [{ shards } = {}] =
      await cluster.coordinator.query(`SELECT count(*)::integer AS shards FROM citus_shards
      WHERE table_name = 'accounts'::regclass AND nodeport = ${added.port}`);
    assert.ok(Number(shards) > 0);
    await eachMore(loads, 10);
    await endAndAssertOnce(t, loads);
  });
