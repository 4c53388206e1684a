import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import { redisStore } from '../../src/stores/redis.ts';
import { type RedisCluster, startReplicatedRedisCluster } from '../harness/redis-cluster.ts';
import { type RedisDriver, redisDrivers } from '../harness/redis-drivers.ts';
import { attempt, type CountingApp, Executions, startCountingApp } from './harness/counting-app.ts';

/** How often each application gets the request of a key at the same time. */
const duplicatesPerApp = 4;
const keyCount = 8;
/** Longer than a loaded machine needs: no duplicate must be refused as in progress. */
const waitMs = 60_000;
const storeTimeoutMs = 30_000;

describe('Six applications on a Redis Cluster of three masters and three replicas', () => {
  let cluster: RedisCluster;
  before(async () => {
    cluster = await startReplicatedRedisCluster();
  });
  after(() => cluster.stop());

  for (const driver of redisDrivers) {
    for (const replicas of [0, 1]) {
      const way = `${driver.name}, ${replicas === 0 ? 'without waiting' : 'waiting'} for the replicas`;
      test(`execute each key once, if it arrives through all nodes simultaneously: ${way}`, async (t) => {
        const executions = new Executions();
        const apps = await startApps(t, driver, replicas, executions);
        const keys = Array.from({ length: keyCount }, () => crypto.randomUUID());
        const sent = keys.flatMap((key) =>
          apps.flatMap((app) => Array.from({ length: duplicatesPerApp }, () => sendTo(app, key))),
        );
        const answers = Map.groupBy(await Promise.all(sent), ({ key }) => key);
        for (const key of keys) {
          const ofKey = answers.get(key) ?? [];
          assert.equal(ofKey.length, apps.length * duplicatesPerApp);
          assert.deepEqual([...new Set(ofKey.map(({ status }) => status))], [201]);
          assert.equal(new Set(ofKey.map(({ body }) => body)).size, 1);
          assert.equal(ofKey.filter(({ isReplay }) => !isReplay).length, 1);
          assert.equal(executions.of(key), 1);
        }
      });
    }
  }

  /** An application for each node. Its driver is given only this node, and finds the others through it. */
  function startApps(t: TestContext, driver: RedisDriver, replicas: number, executions: Executions) {
    const entrances = [...cluster.nodes, ...cluster.replicas];
    return Promise.all(
      entrances.map(async (node): Promise<CountingApp> => {
        const { client, close } = await driver.openCluster({ ...cluster, nodes: [node] });
        t.after(() => close());
        const store = redisStore({ client, replicas, replicationTimeoutMs: 20_000 });
        const app = await startCountingApp({ store, waitMs, storeTimeoutMs }, executions);
        t.after(() => app.close());
        return app;
      }),
    );
  }
});

async function sendTo(app: CountingApp, key: string) {
  return { key, ...(await attempt(app, key)) };
}
