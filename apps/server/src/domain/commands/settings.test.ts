import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changed, DomainBooks } from '../../../test/harness/domain-books.ts';
import { noSettings } from '../settings.ts';

test('a setting that is not named stays as it is, and one that is unset returns to its configured value', () => {
  const books = new DomainBooks();
  const change = (settings: Partial<typeof noSettings>) =>
    books.done({
      kind: 'change_settings',
      settings,
      configured: { bulkItemsMax: 10, requestsPerMinuteMax: 20 },
      followedWithinMs: 3,
    });
  change({ requestsPerWindowMax: 7 });
  const both = change({ bulkItemsMax: 5 });
  const inForce = { bulkItemsMax: 5, requestsPerWindowMax: 7, rateWindowMs: 60_000 };
  assert.deepEqual(both.fact, { kind: 'settings_changed', inForce, followedWithinMs: 3 });
  assert.deepEqual(changed(both.changes), {
    settings: [{ ...noSettings, bulkItemsMax: 5, requestsPerWindowMax: 7 }],
  });
  const { fact } = change({ requestsPerWindowMax: undefined });
  assert.deepEqual(fact, {
    kind: 'settings_changed',
    inForce: { ...inForce, requestsPerWindowMax: 20 },
    followedWithinMs: 3,
  });
});
