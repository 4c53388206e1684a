import assert from 'node:assert/strict';
import { test } from 'node:test';
import { saveAnnouncements } from './deliveries.ts';

test('ten thousand events for sixteen webhooks are sent once each, in one statement', async () => {
  const ids = (count: number) => Array.from({ length: count }, () => crypto.randomUUID());
  const sent: string[] = [];
  const statements = {
    rows: (_sql: string, values: readonly unknown[]) => {
      sent.push(values.join());
      return Promise.resolve([]);
    },
  };
  const events = ids(10_000);
  const announcement = {
    eventType: 'usage.settled',
    eventIds: events,
    webhookIds: ids(16),
    atMs: 0,
  } as const;
  await saveAnnouncements(statements, [{ tenant: 'acme', announcement }]);
  assert.equal(sent.length, 1);
  assert.ok(sent.join().length < 40 * (events.length + 100), `${sent.join().length} characters`);
});
