import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changed, DomainBooks, exampleOf } from '../../../test/harness/domain-books.ts';
import type { Delivery, DeliveryOutcome } from '../delivery.ts';
import { servicePaused } from '../pause.ts';
import type { Webhook } from '../webhook.ts';
import { failingForMs, failuresMax } from '../webhook-health.ts';

const url = 'https://a.example/';
const { nowMs } = new DomainBooks();
const redeliver = { kind: 'redeliver', webhookId: 'w', eventId: 'e' } as const;
const delivery: Delivery = {
  webhookId: 'w',
  eventId: 'e',
  eventType: 'service.changed',
  state: 'pending',
  attempts: 2,
  nextAttemptAtMs: 1,
  lastAttempt: undefined,
};
const webhook: Webhook = {
  id: 'w',
  url,
  events: ['*'],
  keptSecret: 's',
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
const sent = exampleOf<'report_delivery'>({
  kind: 'report_delivery',
  webhookId: 'w',
  eventId: 'e',
  result: { outcome: 'delivered', status: 204, retryAfterMs: undefined, jitter: 0 },
  clearsFailures: false,
  provenUrl: undefined,
});

function report(outcome: DeliveryOutcome, members: Parameters<typeof sent>[0] = {}) {
  return sent({ result: { outcome, status: 204, retryAfterMs: undefined, jitter: 0 }, ...members });
}

function booksWith(ofWebhook: Partial<Webhook>, ofDelivery: Partial<Delivery> = {}): DomainBooks {
  const filled = new DomainBooks();
  filled.has({ webhooks: [{ ...webhook, ...ofWebhook }], deliveries: [{ ...delivery, ...ofDelivery }] });
  return filled;
}

/** The webhook as the report changes it; `undefined`: it stays as it is. */
function webhookAfter(command: ReturnType<typeof report>, members: Partial<Webhook>): Webhook | undefined {
  const { changes } = booksWith(members).done(command);
  return changed(changes).webhooks?.[0];
}

test('a redelivery starts with no attempts, at once, and counts for the rate of its webhook', () => {
  const asked = booksWith({}, { state: 'failed' }).done(redeliver);
  const again = { ...delivery, attempts: 0, nextAttemptAtMs: nowMs };
  assert.deepEqual(asked.fact, { kind: 'delivery_asked', delivery: again });
  assert.deepEqual(changed(asked.changes), {
    deliveries: [again],
    webhooks: [{ ...webhook, redeliveriesUntilMs: nowMs + 100 }],
  });
});

test('a redelivery says why it is refused', () => {
  const none = new DomainBooks();
  none.has({ webhooks: [webhook] });
  const cases = [
    [new DomainBooks(), { code: 'not_found', message: 'no webhook has the id w' }],
    [none, { code: 'not_found', message: 'this webhook has no delivery of event e' }],
    [
      booksWith({ disabled: 'gone' }),
      { code: 'webhook_disabled', message: 'the webhook is disabled: enable it first' },
    ],
    [
      booksWith({ ownership: 'pending' }),
      {
        code: 'webhook_disabled',
        message: 'the receiver has not echoed the challenge yet: send a test to repeat it',
      },
    ],
    [
      booksWith({ redeliveriesUntilMs: nowMs + 60_000 }),
      {
        code: 'rate_limited',
        message:
          'too many redeliveries were requested: a webhook allows 600 at once, and then 10 in a second',
        retryAfterMs: 100,
      },
    ],
  ] as const;
  for (const [books, refusal] of cases) assert.deepEqual(books.refusal(redeliver), refusal);
});

test('a report ends the delivery, or says when it is tried again', () => {
  const delivered = booksWith({}).done(report('delivered'));
  assert.deepEqual(delivered.fact, { kind: 'delivery_reported', isSwitchedOff: false });
  const lastAttempt = { atMs: nowMs, outcome: 'delivered', status: 204 };
  const ended = { ...delivery, attempts: 3, state: 'delivered', lastAttempt };
  assert.deepEqual(changed(delivered.changes), { deliveries: [ended] });
  const refused = booksWith({}).done(report('refused'));
  assert.equal(changed(refused.changes).deliveries?.[0]?.nextAttemptAtMs, nowMs + 96_000);
});

test('a report of a delivery that has ended changes nothing', () => {
  for (const books of [booksWith({}, { state: 'delivered' }), booksWith({}, { state: 'failed' })]) {
    const late = books.done(report('gone'));
    assert.deepEqual(late.fact, { kind: 'delivery_reported', isSwitchedOff: false });
    assert.deepEqual(changed(late.changes), {});
  }
  assert.deepEqual(changed(new DomainBooks().done(report('gone')).changes), {});
});

test('a report of a webhook that was deleted meanwhile changes only the delivery', () => {
  const orphaned = new DomainBooks();
  orphaned.has({ deliveries: [delivery] });
  const decision = orphaned.done(report('gone'));
  assert.deepEqual(decision.fact, { kind: 'delivery_reported', isSwitchedOff: false });
  assert.deepEqual(Object.keys(changed(decision.changes)), ['deliveries']);
});

test('a receiver that is gone, or has failed for too long, switches its webhook off once', () => {
  const gone = booksWith({}).done(report('gone'));
  assert.deepEqual(gone.fact, { kind: 'delivery_reported', isSwitchedOff: true });
  assert.deepEqual(gone.changes.webhooks, [{ ...webhook, disabled: 'gone', disabledAtMs: nowMs }]);
  const failing = { failures: failuresMax - 1, failingSinceMs: nowMs - failingForMs };
  const failed = booksWith(failing).done(report('refused'));
  assert.deepEqual(failed.fact, { kind: 'delivery_reported', isSwitchedOff: true });
  const again = booksWith({ disabled: 'by_request', disabledAtMs: 1 }).done(report('gone'));
  assert.deepEqual(again.fact, { kind: 'delivery_reported', isSwitchedOff: false });
  const once = booksWith({}).done(report('refused'));
  assert.deepEqual(once.fact, { kind: 'delivery_reported', isSwitchedOff: false });
  assert.deepEqual(once.changes.webhooks, [{ ...webhook, failures: 1, failingSinceMs: nowMs }]);
});

test('only the fault of a receiver counts as a failure of its webhook', () => {
  for (const outcome of ['refused', 'timed_out', 'unreachable', 'forbidden_target'] as const) {
    assert.equal(webhookAfter(report(outcome), {})?.failures, 1, outcome);
  }
  for (const outcome of ['unproven', 'unreadable_secret', 'missing_event', 'delivered'] as const) {
    assert.equal(webhookAfter(report(outcome), { failures: 3, failingSinceMs: 5 }), undefined, outcome);
  }
});

test('a delivery ends the failures that its message has seen', () => {
  const failing = { failures: 3, failingSinceMs: 5 };
  assert.deepEqual(webhookAfter(report('delivered', { clearsFailures: true }), failing), webhook);
  // There is nothing to end.
  assert.equal(webhookAfter(report('delivered', { clearsFailures: true }), {}), undefined);
});

test('an echoed challenge proves the ownership of the URL that it was sent to, and of no other', () => {
  const pending = { ownership: 'pending' } as const;
  const echoed = report('delivered', { provenUrl: url });
  assert.deepEqual(webhookAfter(echoed, { ...pending, failures: 3, failingSinceMs: 5 }), {
    ...webhook,
    ownership: 'proven',
  });
  assert.equal(webhookAfter(report('delivered', { provenUrl: 'https://b.example/' }), pending), undefined);
  // Without a proof that is needed, the ownership stays.
  assert.equal(webhookAfter(echoed, {}), undefined);
  assert.equal(webhookAfter(report('delivered', { clearsFailures: true }), pending), undefined);
});

test('the report of a delivery is recorded while writes are paused', () => {
  const gate = servicePaused;
  assert.equal(booksWith({}).done(report('delivered'), { gate }).fact.kind, 'delivery_reported');
  assert.deepEqual(booksWith({}).refusal(redeliver, { gate }), gate);
});
