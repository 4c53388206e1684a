import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NotedEvent } from './event.ts';
import { withAnnouncements } from './outbox.ts';
import { noChanges } from './view.ts';
import type { Webhook } from './webhook.ts';

function webhook(id: string, events: Webhook['events'], more: Partial<Webhook> = {}): Webhook {
  return {
    id,
    url: 'https://example.com/',
    events,
    keptSecret: '',
    formerSecret: undefined,
    createdAtMs: 0,
    disabled: undefined,
    disabledAtMs: undefined,
    failures: 0,
    failingSinceMs: undefined,
    redeliveriesUntilMs: 0,
    ownership: 'not_required',
    testedAtMs: 0,
    deleted: false,
    ...more,
  };
}

const noted = (id: string, type: NotedEvent['type']): NotedEvent => ({ id, type, atMs: 7, data: {} });

test('events of a type are announced once, with the webhooks that subscribed to it', () => {
  const events = [
    noted('1', 'service.registered'),
    noted('2', 'service.changed'),
    noted('3', 'service.registered'),
    noted('4', 'webhook.test'),
  ];
  const webhooks = [
    webhook('all', ['*']),
    webhook('registered', ['service.registered']),
    webhook('settled', ['usage.settled']),
    webhook('disabled', ['*'], { disabled: 'by_request' }),
    webhook('unproven', ['*'], { ownership: 'pending' }),
  ];
  const { announcements, deliveries } = withAnnouncements({ ...noChanges, events }, webhooks, 7);
  assert.deepEqual(announcements, [
    { eventType: 'service.registered', eventIds: ['1', '3'], webhookIds: ['all', 'registered'], atMs: 7 },
    { eventType: 'service.changed', eventIds: ['2'], webhookIds: ['all'], atMs: 7 },
  ]);
  assert.deepEqual(deliveries, []);
});
