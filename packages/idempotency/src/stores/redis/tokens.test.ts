import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Redis } from 'ioredis';
import { type RedisServer, startRedis } from '../../../test/harness/redis.ts';
import { claimFree, someClaim, someSlot } from '../../../test/harness/some-claim.ts';
import type { IdempotencyStore, Slot } from '../../core/store.ts';
import { redisStore } from '../redis.ts';
import type { IoredisClient, IoredisScripting } from './ioredis.ts';
import { drawScript } from './scripts.ts';

const counter = 'idempotency:fencing-token';

describe('fencing tokens of a Redis store', () => {
  let server: RedisServer;
  let client: Redis;
  before(async () => {
    server = await startRedis();
    client = new Redis(server.port, '127.0.0.1');
  });
  after(async () => {
    client.disconnect();
    await server.stop();
  });

  for (const [where, intercept] of [
    ['on one server', asOneServer],
    ['by the way of a cluster', asCluster],
  ] as const) {
    test(`an existing record costs one round trip and no token, ${where}`, async () => {
      let commands = 0;
      const counting: Intercept = (send, script, keyCount) => {
        commands++;
        return intercept(send, script, keyCount);
      };
      const store = redisStore({ client: intercepted(client, counting) });
      const slot = someSlot();
      await claimFree(store, slot);
      const drawn = await client.get(counter);
      commands = 0;
      assert.equal((await store.claim(slot, someClaim())).kind, 'found');
      assert.equal(commands, 1);
      assert.equal(await client.get(counter), drawn);
    });

    test(`a counter that was lost does not issue its old tokens again, ${where}`, async () => {
      const store = redisStore({ client: intercepted(client, intercept) });
      const token = await claimFree(store, someSlot());
      await client.del(counter);
      assert.ok((await claimFree(store, someSlot())) > token);
    });

    test(`the token of a take-over is greater than the record's, even if counter and clock were set back, ${where}`, async () => {
      const store = redisStore({ client: intercepted(client, intercept), nowMs: () => 2_000_000 });
      const slot = someSlot();
      await client.set(counter, 3_000_000_000);
      const token = await claimFree(store, slot);
      await store.renew(slot, token, 0);
      await client.set(counter, 7);
      assert.ok((await claimFree(store, slot, { takeOver: token })) > token);
    });
  }

  test('a token is not used if it was drawn before a later holder took and released the slot', async () => {
    const slot = someSlot();
    const paused = pauseAfterDraw(client);
    const claim = redisStore({ client: paused.client }).claim(slot, someClaim());
    await paused.drawn;
    const other = redisStore({ client: intercepted(client, asCluster) });
    const later = await claimFree(other, slot);
    await other.release(slot, later);
    paused.resume();
    const claimed = await claim;
    assert.ok(claimed.kind === 'claimed' && claimed.fencingToken > later);
  });

  test('a token is not used if it was drawn before a later holder took the slot and was forgotten', async () => {
    const slot = someSlot();
    let nowMs = 2_000_000;
    const brief = { leaseMs: 100, retentionMs: 100 };
    const other = redisStore({ client: intercepted(client, asCluster), nowMs: () => nowMs });
    await claimFree(other, slot, brief);
    nowMs += 100;
    const paused = pauseAfterDraw(client);
    const claim = redisStore({ client: paused.client, nowMs: () => nowMs }).claim(slot, someClaim());
    await paused.drawn;
    const later = await claimFree(other, slot, brief);
    nowMs += 100;
    paused.resume();
    const claimed = await claim;
    assert.ok(claimed.kind === 'claimed' && claimed.fencingToken > later);
  });

  test('a claim gives up if the slot was taken and released after each of ten drawings', async () => {
    const slot = someSlot();
    const other = redisStore({ client: intercepted(client, asCluster) });
    const disturbed = afterEachDraw(client, async () => {
      await other.release(slot, await claimFree(other, slot));
    });
    await assert.rejects(
      async () => await redisStore({ client: disturbed.client }).claim(slot, someClaim()),
      /10 times/,
    );
    assert.equal(disturbed.draws(), 10);
    await claimFree(other, slot);
  });

  test('if two claims draw a token for the same free slot, one takes it', async () => {
    const slot = someSlot();
    const paused = pauseAfterDraw(client);
    const claim = redisStore({ client: paused.client }).claim(slot, someClaim());
    await paused.drawn;
    const other = redisStore({ client: intercepted(client, asCluster) });
    const token = await claimFree(other, slot);
    paused.resume();
    const found = await claim;
    assert.ok(found.kind === 'found' && found.record.fencingToken === token);
  });

  test('a slot for which a token is being drawn is unknown, and its mark expires', async () => {
    const slot = someSlot();
    const paused = pauseAfterDraw(client);
    const store: IdempotencyStore = redisStore({ client: paused.client });
    const claim = store.claim(slot, someClaim());
    await paused.drawn;
    assert.equal(await store.inspect(slot), undefined);
    assert.equal(await store.renew(slot, 1, 1000), false);
    assert.ok((await client.pttl(recordKey(slot))) > 0);
    paused.resume();
    assert.equal((await claim).kind, 'claimed');
  });
});

function recordKey({ scope, key }: Slot): string {
  return `idempotency:{${scope}:${key}}`;
}

/** A layer between the store and the real server: it sends a script on, or does not. */
type Intercept = (send: () => Promise<unknown>, script: string, keyCount: number) => Promise<unknown>;

function intercepted(client: Redis, intercept: Intercept): IoredisClient & IoredisScripting {
  return {
    isCluster: false,
    pipeline: () => assert.fail('no replicas are waited for'),
    callBuffer: (command, args) => client.callBuffer(command, args),
    evalshaBuffer: (sha1, count, ...input) =>
      intercept(() => client.callBuffer('evalsha', [sha1, count, ...input]), sha1, count),
    evalBuffer: (source, count, ...input) =>
      intercept(() => client.callBuffer('eval', [source, count, ...input]), source, count),
  };
}

function asOneServer(send: () => Promise<unknown>): Promise<unknown> {
  return send();
}

/** Refuses keys of different slots, like a cluster. */
async function asCluster(send: () => Promise<unknown>, _script: string, keyCount: number): Promise<unknown> {
  if (keyCount === 3) throw new Error("CROSSSLOT Keys in request don't hash to the same slot");
  return await send();
}

/** Like a cluster, but pauses after each drawn token. */
function pauseAfterDraw(client: Redis) {
  const drawn = Promise.withResolvers<void>();
  const resumed = Promise.withResolvers<void>();
  const paused = afterEachDraw(client, () => {
    drawn.resolve();
    return resumed.promise;
  });
  return { client: paused.client, drawn: drawn.promise, resume: resumed.resolve };
}

function afterEachDraw(client: Redis, pause: () => Promise<void>) {
  let draws = 0;
  const pausing: Intercept = async (send, script, keyCount) => {
    const reply = await asCluster(send, script, keyCount);
    if (script !== drawScript.sha1 && script !== drawScript.source) return reply;
    draws++;
    await pause();
    return reply;
  };
  return { client: intercepted(client, pausing), draws: () => draws };
}
