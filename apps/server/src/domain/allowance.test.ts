// Why usage would be refused, by the first reason that there is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyAccount } from './account.ts';
import { allowanceOf } from './allowance.ts';
import { emptyBalance } from './balance.ts';
import { policyDefault } from './billing.ts';
import type { Limit } from './limit.ts';
import { emptyCounter } from './limit-counter.ts';
import { costOfRequests, priceOfStroops, requestsTotalMax } from './money.ts';
import { inStroops, newService } from './service.ts';

const limit: Limit = {
  id: 'limit',
  name: 'budget',
  agent: undefined,
  serviceId: undefined,
  apiKeyPrefix: undefined,
  window: 'day',
  asset: undefined,
  max: 5_000_000n,
  action: 'refuse',
  notifyAt: [],
  createdAtMs: 0,
  deleted: false,
};

const cost = costOfRequests(5, priceOfStroops(7n), { unitScale: 0 });
const facts = {
  account: emptyAccount('a', 's'),
  service: newService('s', inStroops(7n)),
  balance: { ...emptyBalance('a', 'XLM'), granted: cost },
  policy: policyDefault,
  gate: undefined,
  limits: (): readonly Limit[] => [],
  limitCounter: () => emptyCounter('limit', ''),
};
const prepaid = { ...policyDefault, mode: 'prepaid' } as const;

function codeOf(
  requests: number,
  changed: Partial<Parameters<typeof allowanceOf>[1]> = {},
): string | undefined {
  const sent = { requests, apiKeyPrefix: undefined };
  return allowanceOf(sent, { ...facts, ...changed }, 0).refusal?.code;
}

test('usage of a postpaid agent is allowed without a balance, and that of a prepaid one only up to it', () => {
  assert.equal(codeOf(6), undefined);
  assert.equal(codeOf(5, { policy: prepaid }), undefined);
  assert.equal(codeOf(6, { policy: prepaid }), 'insufficient_balance');
  assert.equal(codeOf(5, { policy: prepaid, service: undefined }), 'service_unpriced');
});

test('the first reason is named: a pause, the quantity, the account, a limit, then the balance', () => {
  const gate = { code: 'service_paused', message: 'm' } as const;
  const full = { ...facts.account, sequence: 1, recordedRequests: requestsTotalMax };
  const limits = () => [limit];
  const all = { policy: prepaid, limits, account: full, gate };
  assert.equal(codeOf(6, all), 'service_paused');
  const { gate: _, ...ungated } = all;
  assert.equal(codeOf(6, ungated), 'limit_exceeded');
  assert.equal(codeOf(6, { policy: prepaid, limits }), 'limit_reached');
  assert.equal(codeOf(5, { policy: prepaid, limits }), undefined);
});
