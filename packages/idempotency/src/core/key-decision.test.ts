import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideByRecord, type IdempotencyRecord, judgeKeyAge } from './key-decision.ts';

const response = { status: 201, headers: [], body: '{}' } as const;
const record: IdempotencyRecord = {
  fingerprint: 'f',
  firstSeenAtMs: 1_000,
  location: '/entries/1',
  answer: { kind: 'kept', response, expiresAtMs: 2_000 },
};

test('an unknown key is executed', () => {
  assert.deepEqual(decideByRecord(undefined, 'f', 0), { kind: 'execute' });
});

test('a remembered key is replayed until its answer expires, and refused from then on', () => {
  assert.deepEqual(decideByRecord(record, 'f', 1_999), { kind: 'replay', response });
  const expired = { kind: 'expired', firstSeenAtMs: 1_000, location: '/entries/1' };
  assert.deepEqual(decideByRecord(record, 'f', 2_000), expired);
  assert.deepEqual(decideByRecord({ ...record, answer: { kind: 'gone' } }, 'f', 0), expired);
});

test('another fingerprint is a conflict, whether or not the answer is kept', () => {
  assert.deepEqual(decideByRecord(record, 'g', 0), { kind: 'conflict' });
  assert.deepEqual(decideByRecord({ ...record, answer: { kind: 'gone' } }, 'g', 0), { kind: 'conflict' });
});

test('no key with a record is ever executed again', () => {
  for (const nowMs of [0, 1_999, 2_000, Number.MAX_SAFE_INTEGER]) {
    for (const fingerprint of ['f', 'g']) {
      assert.notEqual(decideByRecord(record, fingerprint, nowMs).kind, 'execute');
    }
  }
});

test('the age of a key is judged by the time in it', () => {
  const policy = { retentionMs: 1_000, futureToleranceMs: 100 };
  assert.equal(judgeKeyAge(undefined, 5_000, policy).kind, 'fresh');
  assert.equal(judgeKeyAge(4_000, 5_000, policy).kind, 'fresh');
  assert.equal(judgeKeyAge(3_999, 5_000, policy).kind, 'too_old');
  assert.equal(judgeKeyAge(5_100, 5_000, policy).kind, 'fresh');
  assert.equal(judgeKeyAge(5_101, 5_000, policy).kind, 'in_future');
  const raised = { ...policy, retentionMs: 10_000, forgottenBeforeMs: 4_000 };
  assert.equal(judgeKeyAge(3_999, 5_000, raised).kind, 'too_old');
  assert.equal(judgeKeyAge(4_000, 5_000, raised).kind, 'fresh');
});
