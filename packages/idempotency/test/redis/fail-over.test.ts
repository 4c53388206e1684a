import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { redisStore } from '../../src/stores/redis.ts';
import {
  masterOf,
  type RedisCluster,
  replicaOf,
  startReplicatedRedisCluster,
  until,
  untilPromoted,
  untilReplicated,
} from '../harness/redis-cluster.ts';
import { type RedisDriver, redisDrivers } from '../harness/redis-drivers.ts';
import {
  type Answered,
  type CountingApp,
  Executions,
  settle,
  startCountingApp,
} from './harness/counting-app.ts';

const workerCount = 6;
/** The number of keys that are answered before the master is killed, and again after the cluster is available. */
const keysBefore = 60;
const keysAfter = 60;
/** Every claim draws its token there, so no new key can begin while this master is failed over. */
const counter = 'idempotency:fencing-token';

describe('A Redis Cluster whose master is killed under load', { concurrency: 2 }, () => {
  for (const driver of redisDrivers.filter(({ name }) => !name.includes('pipelining'))) {
    test(`forgets nothing that its replica had, and works again automatically: ${driver.name}`, async (t) => {
      const cluster = await newCluster(t);
      const load = await startLoad(t, driver, cluster, 0);
      await load.untilAnswered(keysBefore);
      const replicated = load.acknowledged();
      await Promise.all(cluster.nodes.map((master) => untilReplicated(master, replicaOf(cluster, master))));
      await killAndPromote(cluster);
      await load.untilAnswered(load.answered() + keysAfter);
      await load.end();
      load.checkRefusals();
      await load.checkReplays(replicated);
      for (const key of replicated.keys()) assert.equal(load.executions.of(key), 1);
    });

    test(`forgets nothing acknowledged if the store waits for the replicas: ${driver.name}`, async (t) => {
      const cluster = await newCluster(t);
      const load = await startLoad(t, driver, cluster, 1);
      await load.untilAnswered(keysBefore);
      // The promoted master has no replica: until it gets one, nothing can be acknowledged.
      const promoted = await killAndPromote(cluster);
      await cluster.addReplica(promoted);
      await load.untilAnswered(load.answered() + keysAfter);
      await load.end();
      load.checkRefusals();
      await load.checkReplays(load.acknowledged());
      for (const key of load.executions.keys) assert.equal(load.executions.of(key), 1);
    });
  }
});

async function newCluster(t: TestContext): Promise<RedisCluster> {
  const cluster = await startReplicatedRedisCluster();
  t.after(() => cluster.stop());
  return cluster;
}

/** Kills the master with the counter of the tokens, and returns the replica that has taken over. */
async function killAndPromote(cluster: RedisCluster) {
  const master = await masterOf(cluster, counter);
  process.kill(master.pid, 'SIGKILL');
  const replica = replicaOf(cluster, master);
  await untilPromoted(replica);
  return replica;
}

/** Workers that send new keys to two applications, and retry each until it is settled. */
async function startLoad(t: TestContext, driver: RedisDriver, cluster: RedisCluster, replicas: number) {
  const executions = new Executions();
  const apps = await Promise.all([1, 2].map(() => startApp(t, driver, cluster, replicas, executions)));
  const settled = new Map<string, Answered>();
  const refused: Answered[] = [];
  let isEnding = false;
  const note = (answered: Answered) => {
    if (answered.status !== 201) refused.push(answered);
  };
  const work = async () => {
    while (!isEnding) {
      const key = crypto.randomUUID();
      settled.set(key, await settle(apps, key, note));
    }
  };
  const ended = Promise.all(Array.from({ length: workerCount }, work));
  const acknowledged = () => new Map([...settled].filter(([, { status }]) => status === 201));
  return {
    executions,
    acknowledged,
    answered: () => acknowledged().size,
    untilAnswered: (count: number) =>
      Promise.race([until(`${count} keys are answered`, async () => acknowledged().size >= count), ended]),
    async end() {
      isEnding = true;
      await ended;
    },
    /** The store was unavailable: refused requests got this answer, and no handler ran for them. */
    checkRefusals() {
      const unavailable = refused.filter(({ code }) => code === 'store_unavailable');
      assert.ok(unavailable.length > 0);
      for (const { attempt } of unavailable) assert.equal(executions.attempts.has(attempt), false);
      const known = ['store_unavailable', 'idempotency_in_progress', 'idempotency_outcome_unknown'];
      for (const { code, body } of refused) assert.ok(known.includes(code ?? ''), body);
    },
    async checkReplays(answers: ReadonlyMap<string, Answered>) {
      for (const [key, { body }] of answers) {
        const again = await settle(apps, key);
        assert.deepEqual([again.status, again.body, again.isReplay], [201, body, true]);
      }
    },
  };
}

async function startApp(
  t: TestContext,
  driver: RedisDriver,
  cluster: RedisCluster,
  replicas: number,
  executions: Executions,
): Promise<CountingApp> {
  const { client, close } = await driver.openCluster(cluster);
  t.after(() => close());
  const store = redisStore({ client, replicas, replicationTimeoutMs: 500 });
  const app = await startCountingApp({ store, leaseMs: 3000, waitMs: 500, storeTimeoutMs: 1000 }, executions);
  t.after(() => app.close());
  return app;
}
