import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Redis } from 'ioredis';
import { type RedisServer, startRedis } from '../../../test/harness/redis.ts';
import { claimFree, someClaim, someCompletion, someSlot } from '../../../test/harness/some-claim.ts';
import type { IdempotencyStore, Slot } from '../../core/store.ts';
import { redisStore } from '../redis.ts';

describe('removal of expired records from a Redis store', () => {
  let server: RedisServer;
  let client: Redis;
  let store: IdempotencyStore;
  before(async () => {
    server = await startRedis();
    client = new Redis(server.port, '127.0.0.1');
    store = redisStore({ client });
  });
  after(async () => {
    client.disconnect();
    await server.stop();
  });

  test('by default the store uses the clock of the server', async () => {
    const beforeMs = await timeOf(client);
    const claim = await store.claim(someSlot(), someClaim());
    assert.ok(claim.kind === 'claimed' && claim.nowMs >= beforeMs && claim.nowMs <= (await timeOf(client)));
  });

  test('a record is removed from the server when its retention is over, not earlier', async () => {
    const slot = someSlot();
    const retentionMs = 400 * 86_400_000;
    const token = await claimFree(store, slot, { retentionMs });
    const firstSeenAtMs = await firstSeenAt(store, slot);
    assert.equal(await client.pexpiretime(recordKey(slot)), firstSeenAtMs + retentionMs);
    await store.complete(slot, token, someCompletion());
    assert.equal(await client.pexpiretime(recordKey(slot)), firstSeenAtMs + retentionMs);
  });

  test('a record under a lease that outlives its retention stays as long as the lease', async () => {
    const slot = someSlot();
    const token = await claimFree(store, slot, { retentionMs: 5000, leaseMs: 20_000 });
    assert.equal(await client.pexpiretime(recordKey(slot)), await leaseExpiry(store, slot));
    await store.renew(slot, token, 40_000);
    assert.equal(await client.pexpiretime(recordKey(slot)), await leaseExpiry(store, slot));
    const firstSeenAtMs = await firstSeenAt(store, slot);
    await store.complete(slot, token, someCompletion());
    assert.equal(await client.pexpiretime(recordKey(slot)), firstSeenAtMs + 5000);
  });

  test('an expired answer is removed by the server, and its record stays as a tombstone', async () => {
    const slot = someSlot();
    const token = await claimFree(store, slot);
    await store.complete(slot, token, someCompletion({ location: '/charges/7' }));
    const kept = (await store.inspect(slot))?.record;
    assert.ok(kept?.kind === 'completed' && kept.answer.kind === 'kept');
    assert.equal(await client.pexpiretime(answerKey(slot)), kept.answer.expiresAtMs);
    await client.pexpire(answerKey(slot), 0);
    const record = (await store.inspect(slot))?.record;
    assert.deepEqual(record, { ...kept, answer: { kind: 'gone' } });
  });

  test('with a given clock, a record is removed after the duration on that clock', async () => {
    const slot = someSlot();
    const old = redisStore({ client, nowMs: () => 1_000_000 });
    const retentionMs = 7_200_000;
    const serverMs = await timeOf(client);
    const token = await claimFree(old, slot, { retentionMs });
    await old.complete(slot, token, someCompletion());
    const leavesAtMs = await client.pexpiretime(recordKey(slot));
    assert.ok(leavesAtMs >= serverMs + retentionMs && leavesAtMs <= (await timeOf(client)) + retentionMs);
  });

  test('an expired answer is not returned, even if the server still has it', async () => {
    const slot = someSlot();
    let nowMs = 1_000_000;
    const aged = redisStore({ client, nowMs: () => nowMs });
    await aged.complete(slot, await claimFree(aged, slot), someCompletion({ answerTtlMs: 60_000 }));
    nowMs += 60_000;
    assert.equal(await client.exists(answerKey(slot)), 1);
    const record = (await aged.inspect(slot))?.record;
    assert.ok(record?.kind === 'completed' && record.answer.kind === 'gone');
  });

  test('a released key leaves nothing on the server', async () => {
    const slot = someSlot();
    await store.release(slot, await claimFree(store, slot));
    assert.equal(await client.exists(recordKey(slot), answerKey(slot)), 0);
  });

  test('a new execution of a forgotten key does not get the old answer', async () => {
    const slot = someSlot();
    let nowMs = 1_000_000;
    const aged = redisStore({ client, nowMs: () => nowMs });
    const old = await claimFree(aged, slot, { retentionMs: 1000 });
    await aged.complete(slot, old, someCompletion({ answer: '200\n\nold', location: '/old' }));
    nowMs += 60_000;
    const token = await claimFree(aged, slot);
    assert.equal(await client.exists(answerKey(slot)), 0);
    await aged.complete(slot, token, someCompletion({ answer: undefined }));
    const record = (await aged.inspect(slot))?.record;
    assert.ok(record?.kind === 'completed' && record.answer.kind === 'gone' && record.location === undefined);
  });
});

function recordKey({ scope, key }: Slot): string {
  return `idempotency:{${scope}:${key}}`;
}

function answerKey(slot: Slot): string {
  return `${recordKey(slot)}:answer`;
}

async function timeOf(client: Redis): Promise<number> {
  const [seconds, microseconds] = await client.time();
  return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
}

async function firstSeenAt(store: IdempotencyStore, slot: Slot): Promise<number> {
  const found = await store.inspect(slot);
  assert.ok(found !== undefined);
  return found.record.firstSeenAtMs;
}

async function leaseExpiry(store: IdempotencyStore, slot: Slot): Promise<number> {
  const record = (await store.inspect(slot))?.record;
  assert.ok(record?.kind === 'leased');
  return record.leaseExpiresAtMs;
}
