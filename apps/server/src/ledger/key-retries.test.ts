import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyRetries } from './key-retries.ts';
import type { Outcome, Submission } from './submission.ts';

function submissionOf(digest: string, tenant = 't'): Submission {
  const item = { agent: 'a', serviceId: 's', requests: 3, usageId: undefined, occurredAtNs: undefined };
  const key = {
    scope: 's',
    digest,
    madeAtMs: undefined,
    fingerprint: 'f',
    method: 'POST',
    path: '/api/v1/usage',
    sealingKey: undefined,
  };
  return { tenant, command: { kind: 'record_usage', item }, key };
}

const response = { status: 201, headers: [], body: '' };
const replayed: Outcome = { kind: 'answered', response, replayed: true };
const executed: Outcome = { kind: 'answered', response, replayed: false };
const conflict: Outcome = { kind: 'refused', refusal: { code: 'idempotency_conflict', message: '' } };
const notFound: Outcome = { kind: 'refused', refusal: { code: 'not_found', message: '' } };

function counting(keysMax?: number) {
  const clock = { nowMs: 1_000 };
  const retries = new KeyRetries(() => clock.nowMs, 3, keysMax);
  const come = (digest: string, outcome: Outcome) => {
    clock.nowMs += 1;
    retries.decided(submissionOf(digest), outcome);
  };
  const of = (digest: string) => retries.of('t', { scope: 's', digest });
  return { come, of };
}

test('retries of a key are counted by outcome, and the times of the last ones are kept', () => {
  const { come, of } = counting();
  for (const outcome of [executed, replayed, notFound, replayed, conflict, replayed]) come('k', outcome);
  assert.deepEqual(of('k'), {
    sinceMs: 1_000,
    replayed: 3,
    conflict: 1,
    expired: 0,
    last: [
      { atMs: 1_004, outcome: 'replayed' },
      { atMs: 1_005, outcome: 'conflict' },
      { atMs: 1_006, outcome: 'replayed' },
    ],
  });
  assert.deepEqual(of('other'), { sinceMs: 1_000, replayed: 0, conflict: 0, expired: 0, last: [] });
  assert.equal(of('k').last.length, 3);
});

test('the count of a forgotten key starts again, and reports since when it is complete', () => {
  const { come, of } = counting(2);
  for (const digest of ['a', 'b', 'c', 'd']) come(digest, replayed);
  // The generation of a and b is still the old one.
  assert.deepEqual([of('a').replayed, of('a').sinceMs], [1, 1_000]);
  come('b', replayed);
  assert.deepEqual([of('b').replayed, of('b').sinceMs], [2, 1_000], 'what comes again is kept');
  assert.deepEqual([of('a').replayed, of('a').sinceMs], [0, 1_003]);
  come('a', replayed);
  assert.deepEqual([of('a').replayed, of('a').sinceMs], [1, 1_003]);
});

test('the same key of several tenants is counted for each', () => {
  const retries = new KeyRetries(() => 1_000, 3);
  for (const tenant of ['a', 'b', 'c', 'b', 'c', 'c'])
    retries.decided(submissionOf('k', tenant), tenant === 'c' ? conflict : replayed);
  const counts = ['a', 'b', 'c', 'd'].map((tenant) => {
    const { replayed: again, conflict: others } = retries.of(tenant, { scope: 's', digest: 'k' });
    return [again, others];
  });
  assert.deepEqual(counts, [
    [1, 0],
    [2, 0],
    [0, 3],
    [0, 0],
  ]);
});
