import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyDigest, sha256 } from './core/digest.ts';
import { scopeDigest } from './core/scope.ts';
import { inspect, release } from './operator.ts';
import { memoryStore } from './stores/memory.ts';
import { ManualClock } from './testing/manual-clock.ts';

test('an operator sees the state of a key, and can free it only while it is not completed', async () => {
  const clock = new ManualClock();
  const store = memoryStore({ nowMs: () => clock.nowMs() });
  const reference = { caller: { kind: 'tenant', tenant: 'acme' }, key: 'order-7' } as const;
  const slot = { scope: scopeDigest(reference.caller), key: keyDigest(reference.key) };
  const request = { fingerprint: sha256('r'), leaseMs: 1000, retentionMs: 10_000, takeOver: undefined };
  const claim = async () => {
    const claimed = await store.claim(slot, request);
    return claimed.kind === 'claimed' ? claimed.fencingToken : Number.NaN;
  };

  assert.deepEqual(await inspect(store, reference), { kind: 'unknown' });
  assert.deepEqual(await release(store, reference), { wasReleased: false, before: 'unknown' });

  await claim();
  assert.equal((await inspect(store, reference)).kind, 'in_progress');
  clock.advance(1000);
  assert.equal((await inspect(store, reference)).kind, 'abandoned');
  assert.deepEqual(await release(store, reference), { wasReleased: true, before: 'abandoned' });

  const firstSeenAtMs = clock.nowMs();
  const token = await claim();
  await store.complete(slot, token, { answer: '201\n\n', answerTtlMs: 500, location: '/orders/7' });
  const completed = { kind: 'completed', firstSeenAtMs, location: '/orders/7' };
  assert.deepEqual(await inspect(store, reference), { ...completed, answerExpiresAtMs: firstSeenAtMs + 500 });
  assert.deepEqual(await release(store, reference), { wasReleased: false, before: 'completed' });
  clock.advance(500);
  assert.deepEqual(await inspect(store, reference), { ...completed, answerExpiresAtMs: undefined });
});
