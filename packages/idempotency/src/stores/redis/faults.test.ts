import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { Redis } from 'ioredis';
import { startRedis } from '../../../test/harness/redis.ts';
import { nodeRedis4, redisDrivers } from '../../../test/harness/redis-drivers.ts';
import { startReplyLoser } from '../../../test/harness/reply-loser.ts';
import {
  claimFree,
  claimTogether,
  someClaim,
  someCompletion,
  someSlot,
} from '../../../test/harness/some-claim.ts';
import type { IdempotencyStore } from '../../core/store.ts';
import { redisStore } from '../redis.ts';

for (const driver of [...redisDrivers, nodeRedis4]) {
  describe(`redisStore by ${driver.name}`, () => {
    test('of 50 claims of one slot over several connections, exactly one takes the lease', async (t) => {
      const server = await newServer(t);
      const stores = await Promise.all(
        Array.from({ length: 5 }, async () => {
          const opened = await driver.open(server);
          t.after(() => opened.close());
          return redisStore({ client: opened.client });
        }),
      );
      const claims = await claimTogether(50, stores, someSlot());
      assert.equal(claims.length, 50);
      assert.equal(claims.filter((claim) => claim?.kind === 'claimed').length, 1);
    });

    test('a server that has forgotten the scripts receives them again, at each verb', async (t) => {
      const server = await newServer(t);
      const opened = await driver.open(server);
      t.after(() => opened.close());
      const admin = newClient(t, server.port);
      const store = redisStore({ client: opened.client });
      const slot = someSlot();
      await admin.script('FLUSH');
      const token = await claimFree(store, slot);
      await admin.script('FLUSH');
      assert.equal(await store.renew(slot, token, 1000), true);
      await admin.script('FLUSH');
      assert.equal((await store.inspect(slot))?.record.kind, 'leased');
      await admin.script('FLUSH');
      assert.equal(await store.release(slot, token), true);
      const again = await claimFree(store, slot);
      await admin.script('FLUSH');
      assert.equal(await store.complete(slot, again, someCompletion()), true);
    });

    test('all 256 bytes are returned unchanged, even from a part of a larger buffer', async (t) => {
      const server = await newServer(t);
      const opened = await driver.open(server);
      t.after(() => opened.close());
      const store = redisStore({ client: opened.client });
      const larger = Uint8Array.from({ length: 1024 }, (_, at) => at % 256);
      const answer = larger.subarray(100, 100 + 512);
      const slot = someSlot();
      await store.complete(slot, await claimFree(store, slot), someCompletion({ answer }));
      const record = (await store.inspect(slot))?.record;
      assert.ok(record?.kind === 'completed' && record.answer.kind === 'kept');
      assert.deepEqual(Uint8Array.from(Buffer.from(record.answer.response)), Uint8Array.from(answer));
    });

    test('a verb rejects when its server was killed', async (t) => {
      const server = await newServer(t);
      const opened = await driver.open(server);
      t.after(() => opened.close());
      const store = redisStore({ client: opened.client });
      const slot = someSlot();
      const token = await claimFree(store, slot);
      await server.stop();
      for (const verb of everyVerb(store, slot, token)) await assert.rejects(verb);
    });

    // node-redis 4 never cancels a command, so the engine's time-out for a store call, `storeTimeoutMs`, is the only
    // one.
    const givesUp = driver !== nodeRedis4;
    test('a verb rejects if its server hangs, as soon as the driver gives up', {
      skip: !givesUp,
    }, async (t) => {
      const server = await newServer(t);
      const opened = await driver.open(server);
      t.after(() => opened.close());
      const store = redisStore({ client: opened.client });
      const slot = someSlot();
      const token = await claimFree(store, slot);
      process.kill(server.pid, 'SIGSTOP');
      const verbs = everyVerb(store, slot, token);
      await Promise.all(verbs.map((verb) => assert.rejects(verb)));
      process.kill(server.pid, 'SIGCONT');
    });

    test('a full server refuses new keys, replays old ones, and leaves a record as it was', async (t) => {
      const server = await newServer(t);
      const opened = await driver.open(server);
      t.after(() => opened.close());
      const store = redisStore({ client: opened.client });
      const [old, open] = [someSlot(), someSlot()];
      await store.complete(old, await claimFree(store, old), someCompletion());
      const token = await claimFree(store, open);
      const before = await store.inspect(open);
      await newClient(t, server.port).config('SET', 'maxmemory', 1);
      assert.deepEqual(await store.claim(someSlot(), someClaim()), { kind: 'full' });
      const record = (await store.inspect(old))?.record;
      assert.ok(record?.kind === 'completed' && record.answer.kind === 'kept');
      assert.equal((await store.claim(old, someClaim())).kind, 'found');
      await assert.rejects(
        async () => await store.complete(open, token, someCompletion({ location: '/charges/7' })),
      );
      assert.deepEqual((await store.inspect(open))?.record, before?.record);
      assert.equal(await store.release(open, token), true);
    });
  });
}

test('a claim whose reply was lost and that ioredis resends holds what it took the first time', async (t) => {
  const server = await newServer(t);
  const loser = await startReplyLoser(server.port);
  t.after(() => loser.stop());
  const client = newClient(t, loser.port);
  const store = redisStore({ client });
  // The first claim loads the script into the server.
  await claimFree(store, someSlot());
  const slot = someSlot();
  loser.loseNextReply();
  const token = await claimFree(store, slot);
  assert.equal(loser.lost(), 1);
  assert.equal((await store.inspect(slot))?.record.fencingToken, token);
  assert.equal((await store.claim(slot, someClaim())).kind, 'found');
});

async function newServer(t: TestContext, settings?: readonly string[]) {
  const server = await startRedis(settings);
  t.after(() => server.stop());
  return server;
}

function newClient(t: TestContext, port: number): Redis {
  const client = new Redis(port, '127.0.0.1');
  t.after(() => client.disconnect());
  return client;
}

function everyVerb(store: IdempotencyStore, slot: { scope: string; key: string }, token: number) {
  return [
    Promise.resolve(store.claim(someSlot(), someClaim())),
    Promise.resolve(store.renew(slot, token, 1000)),
    Promise.resolve(store.complete(slot, token, someCompletion())),
    Promise.resolve(store.release(slot, token)),
    Promise.resolve(store.inspect(slot)),
  ];
}
