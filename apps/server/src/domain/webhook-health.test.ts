import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Webhook } from './webhook.ts';
import { askRedelivery, enabled, failedOnce, failingForMs, failuresMax, healthy } from './webhook-health.ts';

const fresh: Webhook = {
  id: '0190a8e0-0000-7000-8000-000000000001',
  url: 'https://billing.example/hooks',
  events: ['*'],
  keptSecret: 'plain whsec_',
  formerSecret: undefined,
  createdAtMs: 0,
  disabled: undefined,
  disabledAtMs: undefined,
  failures: 0,
  failingSinceMs: undefined,
  ownership: 'not_required',
  redeliveriesUntilMs: 0,
  testedAtMs: 0,
  deleted: false,
};

function failed(webhook: Webhook, times: number, atMs: number): Webhook {
  return Array.from({ length: times }).reduce<Webhook>((known) => failedOnce(known, atMs), webhook);
}

test('a webhook is disabled only by failures that are both many and long-lasting', () => {
  const many = failed(fresh, failuresMax * 2, 1);
  assert.equal(many.disabled, undefined);
  assert.equal(many.failingSinceMs, 1);
  const long = failed(failed(fresh, 1, 1), failuresMax - 2, 1 + failingForMs);
  assert.equal(long.disabled, undefined);
  const both = failedOnce(long, 2 + failingForMs);
  assert.deepEqual([both.disabled, both.disabledAtMs], ['failing', 2 + failingForMs]);
  assert.equal(failedOnce(many, failingForMs).disabled, undefined);
  assert.equal(failedOnce(many, 1 + failingForMs).disabled, 'failing');
});

test('a delivery resets the count, and so does enabling the webhook', () => {
  const long = failed(fresh, failuresMax * 2, 1);
  const again = failedOnce(healthy(long), failingForMs * 2);
  assert.deepEqual([again.failures, again.failingSinceMs, again.disabled], [1, failingForMs * 2, undefined]);
  const off = failedOnce(long, failingForMs * 2);
  assert.deepEqual(enabled(off), fresh);
});

test('redeliveries are limited by a burst and a rate, and a clock that was set back costs one of them', () => {
  let webhook = fresh;
  const ask = (nowMs: number) => {
    const asked = askRedelivery(webhook, nowMs);
    if ('webhook' in asked) webhook = asked.webhook;
    return 'againInMs' in asked ? asked.againInMs : 0;
  };
  const nowMs = 1_000_000;
  for (let asked = 0; asked < 600; asked++) assert.equal(ask(nowMs), 0);
  assert.equal(ask(nowMs), 100);
  assert.equal(ask(nowMs + 99), 1);
  assert.equal(ask(nowMs + 100), 0);
  assert.equal(ask(nowMs + 100), 100);
  assert.equal(ask(0), 100);
  assert.equal(ask(nowMs + 60_100), 0);
});
