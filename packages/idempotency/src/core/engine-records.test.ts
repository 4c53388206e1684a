import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../stores/memory.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import {
  about,
  answered,
  errorOf,
  executed,
  keyOf,
  ok,
  request,
  setUp,
  theSlot,
} from './test/engine-set-up.ts';

test('by default every status below 500 is stored, except those that mean nothing was done', async () => {
  const nothingDone = [401, 402, 403, 408, 413, 415, 421, 425, 429];
  for (const status of [500, 503, ...nothingDone, 200, 302, 400, 404, 409, 422]) {
    const { engine } = setUp();
    await engine.finish(await executed(engine), { ...ok, status }, about);
    const isStored = status < 500 && !nothingDone.includes(status);
    assert.equal((await engine.begin(request())).kind, isStored ? 'answer' : 'execute', String(status));
  }
});

test('an expired answer is a tombstone: the key is refused, with its first use and the location of its resource', async () => {
  const { engine, clock } = setUp({ answerTtlMs: 1000 });
  const firstSeenAt = new Date(clock.nowMs()).toISOString();
  await engine.finish(await executed(engine), { ...ok, headers: [['Location', '/charges/1']] }, about);
  clock.advance(1000);
  const answer = await answered(engine);
  assert.equal(answer.status, 410);
  assert.equal(answer.headers['link'], '</charges/1>; rel="related"');
  const { error, location, firstSeenAt: told } = JSON.parse(answer.body);
  assert.deepEqual([error, location, told], ['idempotency_key_expired', '/charges/1', firstSeenAt]);
  assert.equal(errorOf(await answered(engine, { query: 'other' })), 'idempotency_conflict');
});

test('a UUIDv7 ahead of the clock is not executed again after the retention of its first use', async () => {
  for (const aheadMs of [0, 1, 300_000]) {
    const { engine, clock } = setUp({ retentionMs: 86_400_000 });
    const key = keyOf(clock.nowMs() + aheadMs);
    await engine.finish(await executed(engine, { key }), ok, about);
    clock.advance(86_400_000);
    for (let passedMs = 0; passedMs <= 300_002; passedMs += passedMs < 3 ? 1 : 99_999) {
      assert.equal((await answered(engine, { key })).status, 410, `${aheadMs} ahead, ${passedMs} later`);
      clock.advance(passedMs < 3 ? 1 : 99_999);
    }
  }
});

test('a UUIDv7 that was forgotten under a shorter retention stays refused; one with a record replays', async () => {
  const dayMs = 86_400_000;
  const { engine, clock, store } = setUp({ retentionMs: dayMs });
  const forgotten = keyOf(clock.nowMs());
  await engine.finish(await executed(engine, { key: forgotten }), ok, about);
  clock.advance(dayMs + 300_001);
  const known = keyOf(clock.nowMs());
  await engine.finish(await executed(engine, { key: known }), ok, about);
  clock.advance(1);
  const longer = setUp({ store, retentionMs: 400 * dayMs, forgottenBeforeMs: clock.nowMs() });
  longer.clock.advance(clock.nowMs() - longer.clock.nowMs());
  assert.equal(errorOf(await answered(longer.engine, { key: forgotten })), 'idempotency_key_expired');
  assert.equal((await answered(longer.engine, { key: known })).status, ok.status);
  assert.equal((await longer.engine.begin(request({ key: keyOf(clock.nowMs()) }))).kind, 'execute');
});

test('a UUIDv7 older than the retention or ahead of the clock is refused, and nothing is kept', async () => {
  const { engine, clock } = setUp();
  const old = keyOf(clock.nowMs() - 86_400_001);
  const ahead = keyOf(clock.nowMs() + 300_001);
  const tooOld = await answered(engine, { key: old });
  assert.equal(errorOf(tooOld), 'idempotency_key_expired');
  // No fact about its first use is known.
  assert.match(String(tooOld.body), /it may have been used, and is not executed/);
  const future = await answered(engine, { key: ahead });
  assert.equal(errorOf(future), 'idempotency_key_in_future');
  assert.equal(JSON.parse(future.body).serverTime, new Date(clock.nowMs()).toISOString());
  clock.advance(10);
  assert.equal((await engine.begin(request({ key: ahead }))).kind, 'execute');
});

test('a request of an unknown caller is not executed', async () => {
  const { engine } = setUp();
  const answer = await answered(engine, { caller: undefined });
  assert.deepEqual([answer.status, errorOf(answer)], [500, 'caller_unknown']);
});

test('an answer over the limit is sent but not kept, and its key is never executed again', async () => {
  const { engine } = setUp({ answerBytesMax: 3 });
  assert.equal(await engine.finish(await executed(engine), ok, about), ok);
  assert.equal(errorOf(await answered(engine)), 'idempotency_key_expired');
});

test('an abandoned execution is recognized immediately', async () => {
  const { engine } = setUp();
  await (await executed(engine)).abandon();
  assert.equal(errorOf(await answered(engine)), 'idempotency_outcome_unknown');
});

test('an observer that throws does not fail the request', async () => {
  const { engine } = setUp({
    observer: () => {
      throw new Error('observer');
    },
  });
  assert.deepEqual(await engine.finish(await executed(engine), ok, about), ok);
});

test('stored answers are encrypted, can be read after a rotation of the keys, and not without their key', async () => {
  const secret = (byte: number) => new Uint8Array(32).fill(byte);
  const clock = new ManualClock();
  const store = memoryStore({ nowMs: () => clock.nowMs() });
  const first = setUp({ store, encryption: [{ id: 'a', secret: secret(1) }] }).engine;
  await first.finish(await executed(first), ok, about);
  const found = await store.inspect(theSlot);
  assert.ok(found?.record.kind === 'completed' && found.record.answer.kind === 'kept');
  assert.equal(Buffer.from(found.record.answer.response).includes('made'), false);
  const rotated = [
    { id: 'b', secret: secret(2) },
    { id: 'a', secret: secret(1) },
  ];
  assert.equal((await answered(setUp({ store, encryption: rotated }).engine)).body, 'made');
  const without = setUp({ store, encryption: [{ id: 'b', secret: secret(2) }] }).engine;
  await assert.rejects(async () => await without.begin(request()), /encrypted with the key "a"/);
});

test('the reference of an operation is the same at every execution, and differs for another caller or key', async () => {
  const seen: string[] = [];
  const { engine } = setUp({
    onAbandoned: ({ reference }) => {
      seen.push(reference);
      return 'rerun';
    },
  });
  const first = await executed(engine);
  await first.abandon();
  const second = await executed(engine);
  assert.deepEqual([second.reference, ...seen], [first.reference, first.reference]);
  assert.match(first.reference, /^[0-9a-f]{64}$/);
  const others = [{ key: 'k2' }, { caller: { kind: 'tenant', tenant: 'u' } as const }];
  for (const other of others) assert.notEqual((await executed(engine, other)).reference, first.reference);
});
