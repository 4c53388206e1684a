import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import { type RedisStoreOptions, redisStore } from '../../src/stores/redis.ts';
import type { RedisServer } from '../harness/redis.ts';
import {
  cutReplication,
  masterOf,
  mendReplication,
  type RedisCluster,
  replicaOf,
  startReplicatedRedisCluster,
  untilPromoted,
  untilReplicated,
  withClient,
} from '../harness/redis-cluster.ts';
import { type RedisDriver, redisDrivers } from '../harness/redis-drivers.ts';
import { claimFree, someClaim, someCompletion, someSlot } from '../harness/some-claim.ts';
import { attempt, Executions, settle, startCountingApp } from './harness/counting-app.ts';

// Writes that a replica does not have when its master dies are lost. These tests break the link between the two first,
// so that this is certain.

type Waiting = Pick<RedisStoreOptions, 'replicas' | 'replicationTimeoutMs'>;
const forReplica: Waiting = { replicas: 1, replicationTimeoutMs: 300 };

for (const driver of redisDrivers.filter(({ name }) => !name.includes('pipelining'))) {
  describe(`A fail-over of the master that has a record, by ${driver.name}`, { concurrency: 2 }, () => {
    test('loses an answer that the replica did not have: its retry is executed a second time', async (t) => {
      const { cluster, app, executions } = await start(t, driver, {});
      await cutAll(cluster);
      const key = crypto.randomUUID();
      const first = await attempt(app, key);
      assert.equal(first.status, 201);
      assert.equal((await attempt(app, key)).body, first.body);
      await failOver(cluster, await holderOfRecord(cluster));
      const retry = await settle([app], key);
      assert.deepEqual([retry.status, retry.isReplay, executions.of(key)], [201, false, 2]);
      assert.notEqual(retry.body, first.body);
    });

    test('loses no claim whose replica was awaited: the request is refused, and is executed once it has a replica', async (t) => {
      const { cluster, app, executions } = await start(t, driver, forReplica);
      await cutAll(cluster);
      const key = crypto.randomUUID();
      const first = await attempt(app, key);
      assert.deepEqual([first.status, first.code, executions.of(key)], [503, 'store_unavailable', 0]);
      const killed = await masterOf(cluster, 'idempotency:fencing-token');
      await failOver(cluster, killed);
      assert.deepEqual([(await attempt(app, key)).status, executions.of(key)], [503, 0]);
      await cluster.addReplica(replicaOf(cluster, killed));
      for (const master of cluster.nodes.filter((node) => node !== killed)) {
        await mendReplication(master, replicaOf(cluster, master));
      }
      const retry = await settle([app], key);
      assert.deepEqual([retry.status, executions.of(key)], [201, 1]);
      assert.equal((await attempt(app, key)).body, retry.body);
    });

    test('loses an answer whose claim the replica had: it is refused, not executed again', async (t) => {
      const { cluster, app, executions } = await start(t, driver, {}, cutAllReplicated);
      const key = crypto.randomUUID();
      assert.equal((await attempt(app, key)).status, 201);
      await failOver(cluster, await holderOfRecord(cluster));
      const retry = await settle([app], key);
      assert.deepEqual([retry.status, retry.code], [409, 'idempotency_outcome_unknown']);
      assert.equal(executions.of(key), 1);
    });

    test('loses no answer whose replica was awaited: without it, the answer is not sent and its key is refused', async (t) => {
      const { cluster, app, executions } = await start(t, driver, forReplica, cutAllReplicated);
      const key = crypto.randomUUID();
      const first = await attempt(app, key);
      assert.deepEqual([first.status, first.code], [503, 'idempotency_outcome_unknown']);
      const killed = await holderOfRecord(cluster);
      await failOver(cluster, killed);
      await cluster.addReplica(replicaOf(cluster, killed));
      const retry = await settle([app], key);
      assert.deepEqual([retry.status, retry.code], [409, 'idempotency_outcome_unknown']);
      assert.equal(executions.of(key), 1);
    });
  });
}

describe('A store that waits for a replica', () => {
  let cluster: RedisCluster;
  before(async () => {
    cluster = await startReplicatedRedisCluster();
  });
  after(() => cluster.stop());

  for (const driver of redisDrivers) {
    test(`neither replays nor reports what the replica does not have yet: ${driver.name}`, async (t) => {
      const plain = redisStore({ client: await openClient(t, driver, cluster) });
      const careful = redisStore({ client: await openClient(t, driver, cluster), ...forReplica });
      const slot = someSlot();
      const token = await claimFree(plain, slot);
      // The replicas remain connected, but acknowledge nothing.
      signalReplicas(cluster, 'SIGSTOP');
      t.after(() => signalReplicas(cluster, 'SIGCONT'));
      assert.equal(await plain.complete(slot, token, someCompletion()), true);
      const tooFew = /0 of 1 replicas acknowledged within 300 ms/;
      await assert.rejects(async () => await careful.claim(slot, someClaim()), tooFew);
      await assert.rejects(async () => await careful.inspect(slot), tooFew);
      await assert.rejects(async () => await careful.complete(slot, token, someCompletion()), tooFew);
      signalReplicas(cluster, 'SIGCONT');
      await caughtUp(cluster);
      const claim = await careful.claim(slot, someClaim());
      assert.ok(claim.kind === 'found' && claim.record.kind === 'completed');
      assert.equal(await careful.complete(slot, token, someCompletion()), true);
    });

    test(`gives up a claim that the replica does not have: ${driver.name}`, async (t) => {
      const client = await openClient(t, driver, cluster);
      const [plain, careful] = [redisStore({ client }), redisStore({ client, ...forReplica })];
      const abandoned = someSlot();
      const takeOver = await claimFree(plain, abandoned, { leaseMs: 0 });
      await cutAll(cluster);
      const slot = someSlot();
      await assert.rejects(async () => await careful.claim(slot, someClaim()), /0 of 1 replicas/);
      assert.equal(await plain.inspect(slot), undefined);
      // After a release it would be executed again without any check.
      await assert.rejects(
        async () => await careful.claim(abandoned, someClaim({ takeOver })),
        /0 of 1 replicas/,
      );
      const found = await plain.inspect(abandoned);
      assert.ok(found?.record.kind === 'leased' && found.record.leaseExpiresAtMs <= found.nowMs);
      const token = await claimFree(plain, slot);
      await assert.rejects(async () => await careful.renew(slot, token, 1000), /0 of 1 replicas/);
      assert.equal(await careful.release(slot, token), true);
      await Promise.all(cluster.nodes.map((master) => mendReplication(master, replicaOf(cluster, master))));
    });
  }
});

test('Fencing tokens continue to grow after a fail-over that lost the last of them', async (t) => {
  const [driver] = redisDrivers;
  assert.ok(driver !== undefined);
  const cluster = await newCluster(t);
  const store = redisStore({ client: await openClient(t, driver, cluster) });
  const counter = 'idempotency:fencing-token';
  const master = await masterOf(cluster, counter);
  const replica = replicaOf(cluster, master);
  await claimFree(store, someSlot());
  await cutReplication(master, replica);
  const tokens = await Promise.all(Array.from({ length: 50 }, () => claimFree(store, someSlot())));
  const greatest = Math.max(...tokens);
  assert.equal(await withClient(master, (client) => client.get(counter)), `${greatest}`);
  await failOver(cluster, master);
  assert.ok(Number(await withClient(replica, (client) => client.get(counter))) < Math.min(...tokens));
  assert.ok((await claimFree(store, someSlot())) > greatest);
});

/** A new cluster, and an application on it. */
async function start(
  t: TestContext,
  driver: RedisDriver,
  waiting: Waiting,
  whileExecuting: (cluster: RedisCluster) => Promise<void> = async () => {},
) {
  const cluster = await newCluster(t);
  const store = redisStore({ client: await openClient(t, driver, cluster), ...waiting });
  const executions = new Executions();
  const times = { leaseMs: 2000, waitMs: 100, storeTimeoutMs: 3000 };
  const app = await startCountingApp({ store, ...times }, executions, () => whileExecuting(cluster));
  t.after(() => app.close());
  return { cluster, app, executions };
}

async function newCluster(t: TestContext): Promise<RedisCluster> {
  const cluster = await startReplicatedRedisCluster();
  t.after(() => cluster.stop());
  return cluster;
}

async function openClient(t: TestContext, driver: RedisDriver, cluster: RedisCluster) {
  const { client, close } = await driver.openCluster(cluster);
  t.after(() => close());
  return client;
}

function signalReplicas(cluster: RedisCluster, signal: NodeJS.Signals): void {
  for (const { pid } of cluster.replicas) process.kill(pid, signal);
}

async function caughtUp(cluster: RedisCluster): Promise<void> {
  await Promise.all(cluster.nodes.map((master) => untilReplicated(master, replicaOf(cluster, master))));
}

/** Called while the handler of a claim runs: the replicas get the claim, but no later write. */
async function cutAllReplicated(cluster: RedisCluster): Promise<void> {
  await caughtUp(cluster);
  await cutAll(cluster);
}

async function cutAll(cluster: RedisCluster): Promise<void> {
  await Promise.all(cluster.nodes.map((master) => cutReplication(master, replicaOf(cluster, master))));
}

/** The master that has the single record. */
async function holderOfRecord(cluster: RedisCluster): Promise<RedisServer> {
  for (const master of cluster.nodes) {
    const records = await withClient(master, (client) => client.keys('idempotency:{*'));
    if (records.length > 0) return master;
  }
  throw new Error('no master has a record');
}

async function failOver(cluster: RedisCluster, master: RedisServer): Promise<void> {
  process.kill(master.pid, 'SIGKILL');
  await untilPromoted(replicaOf(cluster, master));
}
