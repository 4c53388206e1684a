import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KeptResponse } from '@billonce/idempotency/core';
import type { RecordUsage, RecordUsageBulk } from '../../../domain/commands/usage.ts';
import type { SparedUsage } from '../../../domain/spared.ts';
import type { UsageItem } from '../../../domain/usage.ts';
import type { KeyUse, Outcome, Remembered, Submission } from '../../../ledger/submission.ts';
import { flatOutcome, flatSubmission, outcomeOf, submissionOf } from './flat-messages.ts';

// `Required`: a new member of one of these types is a compile error here until the lists contain it.
const item: Required<UsageItem> = {
  agent: 'agent',
  serviceId: 'search',
  requests: 3,
  usageId: 'id',
  occurredAtNs: 2n ** 60n,
  metadata: '{"model":"large-2"}',
};
const key: Required<KeyUse> = {
  scope: 'aa',
  digest: 'bb',
  madeAtMs: 7,
  fingerprint: 'cc',
  method: 'POST',
  path: '/api/v1/usage',
  sealingKey: undefined,
};
const command: Required<RecordUsage> = { kind: 'record_usage', item, apiKeyPrefix: 'apk_0f3a9b2c' };
const submission: Required<Submission> = {
  tenant: 'acme',
  command,
  key,
  actor: undefined,
};
const bulk: RecordUsageBulk = {
  kind: 'record_usage_bulk',
  items: [
    { kind: 'valid', item },
    { kind: 'invalid', message: '/agent is missing' },
    { kind: 'valid', item: { ...item, requests: 0, quantity: 1_500_000n } },
    { kind: 'valid', item: { ...item, usageId: undefined, occurredAtNs: undefined, metadata: undefined } },
    { kind: 'valid', item: { ...item, agent: 'other', requests: 2 ** 53 - 1 } },
    { kind: 'valid', item: { ...item, serviceId: 'other', usageId: 'next' } },
  ],
  isAtomic: true,
};
const spared: Required<SparedUsage> = { retries: 1, requests: 3n, cost: 21n };
const remembered: Required<Remembered> = { expiresAtMs: 9, isReplayable: true, spared };
const response: Required<KeptResponse> = {
  status: 201,
  headers: [
    ['content-type', 'application/json'],
    ['location', '/x'],
  ],
  body: '{}',
};
const answered: Required<Outcome & { kind: 'answered' }> = {
  kind: 'answered',
  response,
  replayed: false,
  spared: { retries: 2, requests: 4n, cost: 5n },
  deliveriesPerEvent: 2,
  usageRecorded: 2,
  lines: 3,
  isSwitchedOff: false,
  remembered,
};

const submissions: readonly Submission[] = [
  submission,
  {
    ...submission,
    command: { kind: 'record_usage', item: { ...item, usageId: undefined, occurredAtNs: undefined } },
  },
  { ...submission, key: { ...key, madeAtMs: undefined } },
  { ...submission, key: { ...key, sealingKey: 'dd' } },
  { ...submission, key: undefined },
  { ...submission, actor: { kind: 'admin', keyPrefix: undefined, address: '::1', requestId: 'r' } },
  { ...submission, command: { ...bulk, items: [{ kind: 'valid', item }] } },
  { ...submission, command: { ...bulk, apiKeyPrefix: command.apiKeyPrefix }, key: undefined },
  {
    ...submission,
    command: bulk,
    actor: { kind: 'admin', keyPrefix: undefined, address: '::1', requestId: 'r' },
  },
];

test('a submission is unchanged when it reaches the thread of the writer', () => {
  for (const sent of submissions) {
    assert.deepEqual(submissionOf(structuredClone(flatSubmission(sent))), sent);
  }
  assert.ok(Array.isArray(flatSubmission(submission)), 'keyed usage crosses as a list');
  const sentBulk = flatSubmission({ ...submission, command: bulk });
  assert.ok(Array.isArray(sentBulk), 'a bulk crosses as columns');
});

const outcomes: readonly Outcome[] = [
  answered,
  { ...answered, isSwitchedOff: true },
  { ...answered, remembered: { ...remembered, spared: undefined } },
  {
    ...answered,
    remembered: undefined,
    spared: undefined,
    usageRecorded: undefined,
    response: { status: 204, headers: [], body: '' },
  },
  { ...answered, replayed: true, response: { ...answered.response, body: new Uint8Array([1, 2]) } },
  { kind: 'refused', refusal: { code: 'not_found', message: 'no such service' } },
  { kind: 'fault', code: 'overloaded', facts: { message: 'full' }, touched: 7 },
];

test('an outcome is unchanged when it reaches the HTTP thread', () => {
  for (const sent of outcomes) {
    const received = outcomeOf(structuredClone(flatOutcome(sent)));
    const isSwitchedOff = sent.kind === 'answered' && (sent.isSwitchedOff ?? false);
    assert.deepEqual(received.kind === 'answered' ? { ...received, isSwitchedOff } : received, sent);
  }
  assert.ok(Array.isArray(flatOutcome(answered)), 'an answer crosses as a list');
});
