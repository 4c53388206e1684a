import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sha256 } from '../core/digest.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { storeLaws } from '../testing/store-laws.ts';
import { type MemoryStoreOptions, memoryStore } from './memory.ts';

function subject(options: MemoryStoreOptions = {}) {
  const clock = new ManualClock();
  return { clock, store: memoryStore({ nowMs: () => clock.nowMs(), ...options }) };
}

const request = { fingerprint: sha256('r'), leaseMs: 1000, retentionMs: 60_000, takeOver: undefined };

const slotOf = (scope: string, key: number | string) => ({
  scope: sha256(scope).slice(0, 32),
  key: sha256(`${key}`).slice(0, 32),
});

async function completed(
  store: ReturnType<typeof memoryStore>,
  scope: string,
  key: number,
  answer = '200\n\nx',
) {
  const slot = slotOf(scope, key);
  const claim = await store.claim(slot, request);
  if (claim.kind !== 'claimed') return claim.kind;
  await store.complete(slot, claim.fencingToken, { answer, answerTtlMs: 10_000, location: undefined });
  return 'completed';
}

async function answerKind(store: ReturnType<typeof memoryStore>, scope: string, key: number) {
  const found = await store.inspect(slotOf(scope, key));
  return found?.record.kind === 'completed' ? found.record.answer.kind : found?.record.kind;
}

describe('laws of the memory store', () => {
  for (const law of storeLaws) test(`${law.id}: ${law.sentence}`, () => law.run(subject()));
});

test('a scope over its cap of answers makes tombstones of its oldest answers, not of another one’s', async () => {
  const { store } = subject({ answersMax: 4 });
  await completed(store, 'quiet', 0);
  for (let key = 0; key < 10; key++) await completed(store, 'loud', key);
  assert.equal(await answerKind(store, 'quiet', 0), 'kept');
  const kinds = await Promise.all(Array.from({ length: 10 }, (_, key) => answerKind(store, 'loud', key)));
  assert.deepEqual(kinds, [...Array(7).fill('gone'), ...Array(3).fill('kept')]);
});

test('a new scope takes its room for answers from the scope with the most', async () => {
  const { store } = subject({ answersMax: 4 });
  for (let key = 0; key < 4; key++) await completed(store, 'loud', key);
  await completed(store, 'quiet', 0);
  assert.equal(await answerKind(store, 'quiet', 0), 'kept');
  assert.equal(await answerKind(store, 'loud', 0), 'gone');
  assert.equal(await answerKind(store, 'loud', 1), 'kept');
});

test('the bytes of all answers are limited, and an answer over the limit is not kept at all', async () => {
  const { store } = subject({ answerBytesMax: 100 });
  await completed(store, 's', 0, 'x'.repeat(60));
  await completed(store, 's', 1, 'x'.repeat(60));
  await completed(store, 's', 2, 'x'.repeat(101));
  assert.deepEqual(await Promise.all([0, 1, 2].map((key) => answerKind(store, 's', key))), [
    'gone',
    'kept',
    'gone',
  ]);
});

test('answers survive the moves that reclaim the room of dropped answers', async () => {
  const { store } = subject({ answersMax: 300 });
  const answerOf = (scope: string, key: number) => `200\n\n${scope} ${key} `.padEnd(12_000, 'zażółć');
  for (let key = 0; key < 2000; key++) {
    await completed(store, 'loud', key, answerOf('loud', key));
    if (key % 20 === 0) await completed(store, 'quiet', key, answerOf('quiet', key));
  }
  let kept = 0;
  for (const scope of ['loud', 'quiet']) {
    for (let key = 0; key < 2000; key++) {
      const record = (await store.inspect(slotOf(scope, key)))?.record;
      if (record?.kind !== 'completed' || record.answer.kind !== 'kept') continue;
      assert.equal(record.answer.response, answerOf(scope, key));
      kept++;
    }
  }
  assert.equal(kept, 300);
});

test('the record of a forgotten key is reused, and keeps nothing of its old content', async () => {
  const { store, clock } = subject();
  const slots = Array.from({ length: 20 }, (_, key) => slotOf('s', key));
  for (const slot of slots) {
    const claim = await store.claim(slot, request);
    assert.ok(claim.kind === 'claimed');
    await store.complete(slot, claim.fencingToken, {
      answer: '200\n\nx',
      answerTtlMs: 10_000,
      location: '/old',
    });
  }
  clock.advance(60_000);
  for (let key = 100; key < 120; key++) {
    const slot = slotOf('s', key);
    const claim = await store.claim(slot, { ...request, fingerprint: sha256('other') });
    assert.ok(claim.kind === 'claimed');
    assert.deepEqual((await store.inspect(slot))?.record, {
      kind: 'leased',
      fingerprint: sha256('other'),
      firstSeenAtMs: clock.nowMs(),
      fencingToken: claim.fencingToken,
      leaseExpiresAtMs: clock.nowMs() + request.leaseMs,
    });
    await store.complete(slot, claim.fencingToken, {
      answer: undefined,
      answerTtlMs: 1,
      location: undefined,
    });
    const record = (await store.inspect(slot))?.record;
    assert.ok(record?.kind === 'completed' && record.location === undefined && record.answer.kind === 'gone');
  }
  assert.equal(await store.inspect(slots[0] ?? slotOf('s', 0)), undefined);
});

test('a full store refuses new keys and forgets none, until the retention of some is over', async () => {
  const { store, clock } = subject({ keysMax: 3, answersMax: 2 });
  for (let key = 0; key < 3; key++) await completed(store, `scope ${key}`, key);
  assert.equal(await completed(store, 'another', 9), 'full');
  assert.equal(await answerKind(store, 'scope 0', 0), 'gone');
  clock.advance(60_000);
  assert.equal(await completed(store, 'another', 9), 'completed');
});

test('one scope cannot fill the store: the last tenth is for scopes that hold little', async () => {
  const { store } = subject({ keysMax: 1000 });
  let taken = 0;
  while ((await completed(store, 'greedy', taken)) === 'completed') taken++;
  assert.equal(taken, 900);
  assert.equal(await completed(store, 'modest', 1), 'completed');
});

test('a released key releases its room', async () => {
  const { store } = subject({ keysMax: 1 });
  const claim = await store.claim(slotOf('s', 1), request);
  assert.equal(claim.kind === 'claimed' && (await store.release(slotOf('s', 1), claim.fencingToken)), true);
  assert.equal(await completed(store, 's', 2), 'completed');
});

test('a limit that is not a positive whole number is refused at start', () => {
  for (const keysMax of [0, -1, 1.5, Number.NaN]) assert.throws(() => memoryStore({ keysMax }), RangeError);
});

test('leases and answers keep their duration when the clock of the machine is changed', async () => {
  const dayMs = 86_400_000;
  for (const jumpMs of [3 * dayMs, -3 * dayMs]) {
    let [nowMs, steadyMs] = [1_700_000_000_000, 0];
    const store = memoryStore({ nowMs: () => nowMs, steadyMs: () => steadyMs });
    const running = await store.claim(slotOf('a', 'running'), request);
    assert.ok(running.kind === 'claimed');
    assert.equal(await completed(store, 'a', 1), 'completed');
    nowMs += jumpMs;
    const again = { ...request, takeOver: running.fencingToken };
    assert.equal((await store.claim(slotOf('a', 'running'), again)).kind, 'found');
    const found = await store.claim(slotOf('a', 1), request);
    assert.ok(found.kind === 'found' && found.record.kind === 'completed');
    assert.ok(found.record.answer.kind === 'kept' && found.nowMs < found.record.answer.expiresAtMs);
    steadyMs += 1000;
    assert.equal((await store.claim(slotOf('a', 'running'), again)).kind, 'claimed');
    steadyMs += 60_000;
    assert.equal((await store.claim(slotOf('a', 1), request)).kind, 'claimed');
  }
});
