import assert from 'node:assert/strict';
import { test } from 'node:test';
import { afterAttempt, countAnnounced, type Delivery, deliveryOutcomes } from './delivery.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const delivery: Delivery = {
  webhookId: 'w',
  eventId: 'e',
  eventType: 'service.changed',
  state: 'pending',
  attempts: 0,
  nextAttemptAtMs: 0,
  lastAttempt: undefined,
};
const attempt = (outcome: (typeof deliveryOutcomes)[number], jitter = 0.5, retryAfterMs?: number) => ({
  outcome,
  status: 500,
  retryAfterMs,
  jitter,
});

test('a delivery is tried again ever more rarely, for about a day, and then fails', () => {
  const waits = [5_000, 30_000, 2 * minuteMs, 10 * minuteMs, 30 * minuteMs];
  const longer = [hourMs, 2 * hourMs, 4 * hourMs, 8 * hourMs, 10 * hourMs];
  let tried = delivery;
  for (const [at, waitMs] of [...waits, ...longer].entries()) {
    tried = afterAttempt(tried, attempt('refused'), 100);
    assert.deepEqual(tried, {
      ...delivery,
      attempts: at + 1,
      nextAttemptAtMs: 100 + waitMs,
      lastAttempt: { atMs: 100, outcome: 'refused', status: 500 },
    });
  }
  assert.equal(afterAttempt(tried, attempt('refused'), 100).state, 'failed');
});

test('the next attempts of deliveries that failed together are spread by a fifth', () => {
  const nextMs = (jitter: number) => afterAttempt(delivery, attempt('timed_out', jitter), 0).nextAttemptAtMs;
  assert.deepEqual([nextMs(0), nextMs(0.5), nextMs(1)], [4_000, 5_000, 6_000]);
});

test('a receiver can ask for a longer wait, up to twelve hours', () => {
  const nextMs = (askedMs: number) =>
    afterAttempt(delivery, attempt('refused', 0.5, askedMs), 0).nextAttemptAtMs;
  assert.deepEqual([nextMs(1), nextMs(9_000), nextMs(24 * hourMs)], [5_000, 9_000, 12 * hourMs]);
});

test('outcomes that another attempt would repeat end a delivery at once', () => {
  const states = deliveryOutcomes.map((outcome) => afterAttempt(delivery, attempt(outcome), 0).state);
  const failed = ['gone', 'unreadable_secret', 'missing_event'];
  for (const [at, outcome] of deliveryOutcomes.entries()) {
    const ended = failed.includes(outcome) ? 'failed' : 'pending';
    assert.equal(states[at], outcome === 'delivered' ? 'delivered' : ended, outcome);
  }
});

test('announcements cause a delivery for each event and each webhook', () => {
  const announced = (events: number, webhooks: number) => ({
    eventType: 'usage.recorded' as const,
    eventIds: Array.from({ length: events }, String),
    webhookIds: Array.from({ length: webhooks }, String),
    atMs: 0,
  });
  assert.equal(countAnnounced([]), 0);
  assert.equal(countAnnounced([announced(3, 2), announced(1, 4)]), 10);
});
