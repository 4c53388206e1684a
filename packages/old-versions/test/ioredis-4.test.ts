import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import type { Cluster, Redis } from 'ioredis';
import { type RedisServer, startRedis } from '../../idempotency/test/harness/redis.ts';
import { type RedisCluster, startRedisCluster } from '../../idempotency/test/harness/redis-cluster.ts';
import { ioredisDriver } from '../../idempotency/test/harness/redis-drivers.ts';
import { given, redisStoreLaws } from '../../idempotency/test/harness/redis-store-laws.ts';

const require = createRequire(import.meta.url);
// The types of this version are not installed. The parts used here are the same in both versions.
const OldRedis: typeof Redis & { readonly Cluster: typeof Cluster } = require('ioredis');
const driver = ioredisDriver('ioredis 4', false, { Redis: OldRedis, Cluster: OldRedis.Cluster });

test('the tests use ioredis 4', () => {
  const { version }: { readonly version: string } = require('ioredis/package.json');
  assert.match(version, /^4\./);
});

describe('redisStore on one server', () => {
  let server: RedisServer | undefined;
  before(async () => {
    server = await startRedis();
  });
  after(() => server?.stop());
  redisStoreLaws(driver.name, () => driver.open(given(server)));
});

describe('redisStore on a cluster', () => {
  let cluster: RedisCluster | undefined;
  before(async () => {
    cluster = await startRedisCluster();
  });
  after(() => cluster?.stop());
  redisStoreLaws(driver.name, () => driver.openCluster(given(cluster)));
});
