import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changed, DomainBooks, exampleOf } from '../../../test/harness/domain-books.ts';
import { testEveryMs, type Webhook, webhooksMax } from '../webhook.ts';

const books = new DomainBooks();
const { nowMs } = books;
const create = exampleOf<'create_webhook'>({
  kind: 'create_webhook',
  url: 'https://a.example/hook',
  events: ['*'],
  secret: 'secret',
  keptSecret: 'kept',
  challenge: undefined,
});
const change = exampleOf<'change_webhook'>({
  kind: 'change_webhook',
  webhookId: 'w',
  url: undefined,
  events: undefined,
  disabled: undefined,
  challenge: undefined,
});
const rotate = exampleOf<'rotate_webhook_secret'>({
  kind: 'rotate_webhook_secret',
  webhookId: 'w',
  secret: 'new',
  keptSecret: 'kept new',
  graceMs: 5_000,
});
const remove = { kind: 'delete_webhook', webhookId: 'w' } as const;
const ask = { kind: 'test_webhook', webhookId: 'w', challenge: 'c' } as const;

function webhook(members: Partial<Webhook> = {}): Webhook {
  return {
    id: 'w',
    url: 'https://a.example/hook',
    events: ['*'],
    keptSecret: 'kept',
    formerSecret: undefined,
    createdAtMs: nowMs,
    disabled: undefined,
    disabledAtMs: undefined,
    failures: 0,
    failingSinceMs: undefined,
    ownership: 'not_required',
    redeliveriesUntilMs: 0,
    testedAtMs: 0,
    deleted: false,
    ...members,
  };
}

function booksWith(...webhooks: readonly Webhook[]): DomainBooks {
  const filled = new DomainBooks();
  filled.has({ webhooks });
  return filled;
}

function testOf(id: string, data: { readonly [name: string]: string }) {
  return {
    events: [{ id, type: 'webhook.test', atMs: nowMs, data }],
    deliveries: [
      {
        webhookId: data['webhookId'],
        eventId: id,
        eventType: 'webhook.test',
        state: 'pending',
        attempts: 0,
        nextAttemptAtMs: nowMs,
        lastAttempt: undefined,
      },
    ],
  };
}

test('a new webhook delivers at once, unless its receiver has to echo a challenge first', () => {
  const free = new DomainBooks().done(create());
  const made = webhook({ id: 'id-1-0' });
  assert.deepEqual(free.fact, { kind: 'webhook_created', webhook: made, secret: 'secret' });
  assert.deepEqual(changed(free.changes), { webhooks: [made] });

  const asked = new DomainBooks().done(create({ challenge: 'c' }));
  const pending = webhook({ id: 'id-1-0', ownership: 'pending' });
  assert.deepEqual(asked.fact, { kind: 'webhook_created', webhook: pending, secret: 'secret' });
  assert.deepEqual(changed(asked.changes), {
    webhooks: [pending],
    ...testOf('id-1-1', { webhookId: 'id-1-0', challenge: 'c' }),
  });
});

test('a tenant has at most 16 webhooks', () => {
  const many = booksWith(...Array.from({ length: webhooksMax - 1 }, (_, at) => webhook({ id: `w${at}` })));
  many.done(create());
  assert.deepEqual(many.refusal(create()), {
    code: 'limit_exceeded',
    message: 'a tenant has at most 16 webhooks',
  });
});

test('a webhook that gets another URL starts without failures, and its new receiver proves its ownership', () => {
  const failing = webhook({ failures: 3, failingSinceMs: 5, ownership: 'proven' });
  const url = 'https://b.example/hook';
  const moved = booksWith(failing).done(change({ url }));
  assert.deepEqual(moved.fact, { kind: 'webhook_changed', webhook: webhook({ url }) });
  assert.deepEqual(changed(moved.changes), { webhooks: [webhook({ url })] });
  const asked = booksWith(failing).done(change({ url, challenge: 'c' }));
  assert.deepEqual(changed(asked.changes), {
    webhooks: [webhook({ url, ownership: 'pending' })],
    ...testOf('id-1-0', { webhookId: 'w', challenge: 'c' }),
  });
});

test('a webhook that keeps its URL keeps its failures and its ownership', () => {
  const failing = webhook({ failures: 3, failingSinceMs: 5, ownership: 'proven' });
  const events = ['service.changed'] as const;
  const kept = booksWith(failing).done(change({ url: failing.url, events, challenge: 'c' }));
  assert.deepEqual(changed(kept.changes), { webhooks: [{ ...failing, events }] });
});

test('a webhook is disabled and enabled on request', () => {
  const off = { disabled: 'by_request', disabledAtMs: nowMs } as const;
  const failing = webhook({ failures: 3, failingSinceMs: 5 });
  const disabled = booksWith(failing).done(change({ disabled: true }));
  assert.deepEqual(changed(disabled.changes), { webhooks: [{ ...failing, ...off }] });
  const enabled = booksWith({ ...failing, ...off }).done(change({ disabled: false }));
  assert.deepEqual(changed(enabled.changes), { webhooks: [webhook()] });
  const unchanged = booksWith({ ...failing, ...off }).done(change());
  assert.deepEqual(changed(unchanged.changes), { webhooks: [{ ...failing, ...off }] });
});

test('a deleted webhook keeps no secret, and is gone for every later command', () => {
  const former = { kept: 'older', untilMs: nowMs + 1 };
  const filled = booksWith(webhook({ formerSecret: former }));
  const deleted = filled.done(remove);
  assert.deepEqual(deleted.fact, { kind: 'webhook_deleted' });
  assert.deepEqual(changed(deleted.changes), { webhooks: [webhook({ deleted: true, keptSecret: '' })] });
  for (const command of [remove, change(), rotate(), ask]) {
    assert.deepEqual(filled.refusal(command), { code: 'not_found', message: 'no webhook has the id w' });
  }
});

test('a command changes the webhook that it names, and no other', () => {
  const filled = booksWith(webhook({ id: 'other' }), webhook());
  assert.deepEqual(changed(filled.done(change({ disabled: true })).changes).webhooks?.[0]?.id, 'w');
});

test('messages are signed with the former secret too, until the time of grace ends', () => {
  const rotated = booksWith(webhook()).done(rotate());
  const formerSecret = { kept: 'kept', untilMs: nowMs + 5_000 };
  const made = webhook({ keptSecret: 'kept new', formerSecret });
  assert.deepEqual(rotated.fact, { kind: 'webhook_secret_rotated', webhook: made, secret: 'new' });
  assert.deepEqual(changed(rotated.changes), { webhooks: [made] });
  const atOnce = booksWith(webhook()).done(rotate({ graceMs: 0 }));
  assert.deepEqual(changed(atOnce.changes), { webhooks: [webhook({ keptSecret: 'kept new' })] });
});

test('a webhook can be tested once in ten seconds, and always after the clock was set back', () => {
  const tested = booksWith(webhook()).done(ask);
  assert.deepEqual(changed(tested.changes), {
    webhooks: [webhook({ testedAtMs: nowMs })],
    ...testOf('id-1-0', { webhookId: 'w' }),
  });
  const limited = {
    code: 'rate_limited',
    message: 'a webhook can be tested once in 10 seconds',
  };
  const cases: readonly (readonly [sinceMs: number, retryAfterMs: number | undefined])[] = [
    [testEveryMs, undefined],
    [testEveryMs - 1, 1],
    [0, testEveryMs],
    [-1, undefined],
  ];
  for (const [sinceMs, retryAfterMs] of cases) {
    const filled = booksWith(webhook({ testedAtMs: nowMs - sinceMs }));
    if (retryAfterMs === undefined) assert.equal(filled.done(ask).fact.kind, 'webhook_tested');
    else assert.deepEqual(filled.refusal(ask), { ...limited, retryAfterMs });
  }
});

test('a disabled webhook is not tested', () => {
  const filled = booksWith(webhook({ disabled: 'gone', disabledAtMs: 1 }));
  assert.deepEqual(filled.refusal(ask), {
    code: 'webhook_disabled',
    message: 'the webhook is disabled: enable it first',
  });
});
