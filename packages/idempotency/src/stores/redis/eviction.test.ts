import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { Redis } from 'ioredis';
import { type RedisServer, startRedis } from '../../../test/harness/redis.ts';
import { redisDrivers } from '../../../test/harness/redis-drivers.ts';
import { claimed, request, slotOf } from '../../../test/harness/store-cases.ts';
import { InvalidOptionsError } from '../../core/invalid-options.ts';
import { redisStore } from '../redis.ts';

describe('a Redis server that may evict keys', () => {
  let server: RedisServer;
  let admin: Redis;
  before(async () => {
    server = await startRedis(['--maxmemory', '64mb', '--maxmemory-policy', 'allkeys-lru']);
    admin = new Redis(server.port, '127.0.0.1');
  });
  after(async () => {
    admin.disconnect();
    await server.stop();
  });

  for (const driver of redisDrivers) {
    test(`is refused at the first claim, with a warning, until its policy is changed: ${driver.name}`, async (t) => {
      await admin.config('SET', 'maxmemory-policy', 'volatile-ttl');
      const opened = await driver.open(server);
      t.after(() => opened.close());
      const store = redisStore({ client: opened.client, prefix: `${driver.name}:` });
      const warned = once(process, 'warning');
      await assert.rejects(
        async () => store.claim(slotOf('s', 1), request),
        /maxmemory-policy volatile-ttl.*noeviction.*onEviction/,
      );
      const [warning] = await warned;
      assert.ok(warning instanceof Error && 'code' in warning);
      assert.deepEqual([warning.name, warning.code], ['IdempotencyWarning', 'evicting_server']);
      assert.equal(await store.inspect(slotOf('s', 1)), undefined);
      await admin.config('SET', 'maxmemory-policy', 'noeviction');
      await claimed(store, slotOf('s', 1));
    });
  }

  test('is accepted with a warning, or without a check, if the option says so, and if it has no limit', async (t) => {
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const warnings: unknown[] = [];
    const onWarning = (warning: Error) => warnings.push(warning.name);
    process.on('warning', onWarning);
    t.after(() => process.off('warning', onWarning));
    const warning = redisStore({ client: admin, onEviction: 'warn' });
    for (const key of [1, 2]) await claimed(warning, slotOf('warn', key));
    await claimed(redisStore({ client: admin, onEviction: 'ignore' }), slotOf('ignore', 1));
    await admin.config('SET', 'maxmemory', '0');
    await claimed(redisStore({ client: admin }), slotOf('limitless', 1));
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(warnings, ['IdempotencyWarning']);
  });

  test('that does not report its policy is accepted', async (t) => {
    await admin.call('ACL', 'SETUSER', 'modest', 'on', 'nopass', '~*', '+@all', '-info', '-config');
    const client = new Redis(server.port, '127.0.0.1', {
      username: 'modest',
      password: 'x',
      enableReadyCheck: false,
    });
    t.after(() => client.disconnect());
    await claimed(redisStore({ client }), slotOf('modest', 1));
  });

  test('an unknown choice is a mistake that is found at start', () => {
    // @ts-expect-error: no such choice
    assert.throws(() => redisStore({ client: admin, onEviction: 'yes' }), InvalidOptionsError);
  });
});
