import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideByStoredRecord, isForgotten } from './lease-decision.ts';
import type { CompletedRecord, LeasedRecord } from './store.ts';

const leased: LeasedRecord = {
  kind: 'leased',
  fingerprint: 'f',
  firstSeenAtMs: 1_000,
  fencingToken: 3,
  leaseExpiresAtMs: 2_000,
};
const completed: CompletedRecord = {
  kind: 'completed',
  fingerprint: 'f',
  firstSeenAtMs: 1_000,
  location: undefined,
  fencingToken: 3,
  answer: { kind: 'gone' },
};

test('a key is in progress until its lease expires, and abandoned from then on', () => {
  assert.deepEqual(decideByStoredRecord(leased, 'f', 1_999), {
    kind: 'in_progress',
    leaseExpiresAtMs: 2_000,
  });
  const abandoned = { kind: 'abandoned', fencingToken: 3, firstSeenAtMs: 1_000 };
  assert.deepEqual(decideByStoredRecord(leased, 'f', 2_000), abandoned);
});

test('a different request with a key in progress is a conflict, even after the lease has expired', () => {
  assert.deepEqual(decideByStoredRecord(leased, 'g', 1_999), { kind: 'conflict' });
  assert.deepEqual(decideByStoredRecord(leased, 'g', 2_000), { kind: 'conflict' });
});

test('a completed key is judged by its record', () => {
  assert.deepEqual(decideByStoredRecord(completed, 'g', 0), { kind: 'conflict' });
  const expired = { kind: 'expired', firstSeenAtMs: 1_000, location: undefined };
  assert.deepEqual(decideByStoredRecord(completed, 'f', 0), expired);
});

test('a record is forgotten after its retention, and not before its lease has ended', () => {
  assert.equal(isForgotten(completed, 5_000, 4_999), false);
  assert.equal(isForgotten(completed, 5_000, 5_000), true);
  const long: LeasedRecord = { ...leased, leaseExpiresAtMs: 6_000 };
  assert.equal(isForgotten(long, 5_000, 5_999), false);
  assert.equal(isForgotten(long, 5_000, 6_000), true);
  assert.equal(isForgotten(leased, 5_000, 4_999), false);
});
