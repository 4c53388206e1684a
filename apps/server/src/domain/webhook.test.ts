import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BooksEvent } from './event.ts';
import { originOf, type Webhook, withoutPath } from './webhook.ts';
import { challengeOf, testChanges } from './webhook-challenge.ts';

const webhook: Webhook = {
  id: 'w',
  url: 'https://a.example:8443/path?token=secret#part',
  events: ['*'],
  keptSecret: 's',
  formerSecret: undefined,
  createdAtMs: 0,
  disabled: undefined,
  disabledAtMs: undefined,
  failures: 0,
  failingSinceMs: undefined,
  ownership: 'pending',
  redeliveriesUntilMs: 0,
  testedAtMs: 0,
  deleted: false,
};

test('a webhook is shown without the path and the query of its URL, which may be secrets', () => {
  assert.equal(originOf(webhook.url), 'https://a.example:8443');
  assert.deepEqual(withoutPath(webhook), { ...webhook, url: 'https://a.example:8443' });
});

test('a receiver is asked for a challenge as long as its ownership is not proven', () => {
  const [event] = testChanges(webhook, 'c', 'e', 7).events;
  const asked = { kind: 'noted', noted: event } as const;
  assert.equal(challengeOf(webhook, asked), 'c');
  assert.equal(challengeOf({ ...webhook, ownership: 'proven' }, asked), undefined);
  const others: readonly BooksEvent[] = [
    { kind: 'noted', noted: testChanges({ ...webhook, ownership: 'proven' }, 'c', 'e', 7).events[0] },
    ...[null, 'challenge', {}, { challenge: 7 }].map(
      (data): BooksEvent => ({ kind: 'noted', noted: { ...event, data } as never }),
    ),
  ];
  for (const other of others) assert.equal(challengeOf(webhook, other), undefined);
});
