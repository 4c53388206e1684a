import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createClient as createClient4 } from 'redis-4';
import { pageStore } from '../../test/harness/page-store.ts';
import { type RedisServer, startRedis } from '../../test/harness/redis.ts';
import {
  type RedisCluster,
  startRedisCluster,
  startReplicatedRedisCluster,
  untilReplicated,
} from '../../test/harness/redis-cluster.ts';
import { nodeRedis4, nodeRedis5, redisDrivers } from '../../test/harness/redis-drivers.ts';
import { given, redisStoreLaws } from '../../test/harness/redis-store-laws.ts';
import { someClaim, someSlot } from '../../test/harness/some-claim.ts';
import { checkClaims } from '../../test/harness/taken-blocks.ts';
import { InvalidOptionsError } from '../core/invalid-options.ts';
import type { IoredisScripting } from './redis/ioredis.ts';
import { type RedisClient, redisStore } from './redis.ts';

describe('redisStore on one server', () => {
  let server: RedisServer | undefined;
  before(async () => {
    server = await startRedis();
  });
  after(() => server?.stop());
  for (const driver of [...redisDrivers, nodeRedis5, nodeRedis4]) {
    redisStoreLaws(driver.name, () => driver.open(given(server)));
  }

  const works = pageStore('docs/how-to/idempotency/choose-a-store.md', 'redis.js');
  test('the store of the page on stores works', () =>
    works({ REDIS_URL: `redis://127.0.0.1:${given(server).port}` }));
});

describe('redisStore on one server, waiting for its replica', () => {
  let server: RedisServer | undefined;
  let replica: RedisServer | undefined;
  before(async () => {
    server = await startRedis(['--repl-diskless-sync-delay', '0']);
    replica = await startRedis(['--replicaof', '127.0.0.1', `${server.port}`]);
    await untilReplicated(server, replica);
  });
  after(() => Promise.all([server?.stop(), replica?.stop()]));
  redisStoreLaws(nodeRedis4.name, () => nodeRedis4.open(given(server)), { replicas: 1 });

  const works = pageStore('docs/how-to/idempotency/fail-over-with-redis.md', 'replicated.js');
  test('the store of the page on fail-over works', () =>
    works({ REDIS_URL: `redis://127.0.0.1:${given(server).port}` }));

  test('by node-redis 4, a claim rejects when the replica is gone', async (t) => {
    const opened = await nodeRedis4.open(given(server));
    t.after(() => opened.close());
    await given(replica).stop();
    const store = redisStore({ client: opened.client, replicas: 1, replicationTimeoutMs: 100 });
    const slot = someSlot();
    await assert.rejects(async () => await store.claim(slot, someClaim()), /0 of 1 replicas/);
    assert.equal(await redisStore({ client: opened.client }).inspect(slot), undefined);
  });
});

describe('redisStore on a cluster', () => {
  let cluster: RedisCluster | undefined;
  before(async () => {
    cluster = await startRedisCluster();
  });
  after(() => cluster?.stop());
  for (const driver of [...redisDrivers, nodeRedis5, nodeRedis4]) {
    redisStoreLaws(driver.name, () => driver.openCluster(given(cluster)));
  }

  test('by node-redis 4, replicas are refused at start', async (t) => {
    const opened = await nodeRedis4.openCluster(given(cluster));
    t.after(() => opened.close());
    assert.throws(() => redisStore({ client: opened.client, replicas: 1 }), InvalidOptionsError);
  });
});

describe('redisStore on a cluster, waiting for a replica', () => {
  let cluster: RedisCluster | undefined;
  before(async () => {
    cluster = await startReplicatedRedisCluster();
  });
  after(() => cluster?.stop());
  for (const driver of redisDrivers) {
    redisStoreLaws(driver.name, () => driver.openCluster(given(cluster)), { replicas: 1 });
  }
});

describe('the options of redisStore', () => {
  const never = () => Promise.reject(new Error('not called'));
  const pipeline = () => assert.fail('not called');
  const scripting: IoredisScripting = { isCluster: false, evalshaBuffer: never, evalBuffer: never, pipeline };
  const client: RedisClient = { ...scripting, callBuffer: never };

  test('a client of an unknown driver is a mistake that is found at start', () => {
    const foreign: unknown[] = [
      undefined,
      null,
      'redis://localhost',
      {},
      { evalSha: () => undefined },
      { call: () => undefined },
      createClient4({ legacyMode: true }),
    ];
    for (const candidate of foreign) {
      assert.throws(() => redisStore({ client: candidate as RedisClient }), InvalidOptionsError);
    }
  });

  test('a prefix with braces is refused, because it would separate a record from its answer', () => {
    for (const prefix of ['a{}', '{a}', 'a{', 'a}']) {
      assert.throws(() => redisStore({ client, prefix }), InvalidOptionsError);
    }
    redisStore({ client, prefix: '' });
  });

  test('a number of replicas, or a time for them, out of its limits is a mistake that is found at start', () => {
    for (const replicas of [-1, 1.5, Number.NaN, 101, '1' as unknown as number]) {
      assert.throws(() => redisStore({ client, replicas }), InvalidOptionsError);
    }
    for (const replicationTimeoutMs of [0, -1, 0.5, 600_001, '9' as unknown as number]) {
      assert.throws(() => redisStore({ client, replicationTimeoutMs }), InvalidOptionsError);
    }
    redisStore({ client, replicas: 100, replicationTimeoutMs: 600_000 });
  });

  test('all mistakes are reported at once', () => {
    assert.throws(
      () => redisStore({ client, prefix: '{', replicas: -1 }),
      ({ faults }: InvalidOptionsError) => faults.length === 2,
    );
  });

  test('a clock that is not a function is a mistake that is found at start', () => {
    assert.throws(() => redisStore({ client, nowMs: 5 as unknown as () => number }), InvalidOptionsError);
  });
});

checkClaims(import.meta.url);
