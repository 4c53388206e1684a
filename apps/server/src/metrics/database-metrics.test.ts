import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DatabaseSize, watchDatabase } from './database-metrics.ts';
import { MetricSet } from './metric-set.ts';

const size: DatabaseSize = { databaseBytes: 7, walBytes: undefined, diskFreeBytes: 9 };

/** Metrics of a database whose size is read by this function. Nothing else of it fails. */
function watched(read: () => Promise<DatabaseSize>, errors: unknown[] = []): MetricSet {
  const set = new MetricSet();
  const pending = { count: 0, oldestEventId: undefined };
  const books = { pause: async () => ({ isPaused: false, sinceMs: 0 }) };
  watchDatabase(set, {
    size: read,
    books,
    deliveryQueue: { countPending: async () => pending },
    nowMs: () => 0,
    onUnread: (error) => errors.push(error),
  });
  return set;
}

const samplesOf = (text: string) =>
  text.split('\n').filter((line) => /^billonce_(?:database|wal|disk)/.test(line));

test('scrapes at the same time, and soon after one another, read the database once', async () => {
  let reads = 0;
  const set = watched(async () => {
    reads += 1;
    return size;
  });
  const texts = await Promise.all(Array.from({ length: 20 }, () => set.text()));
  await set.text();
  assert.equal(reads, 1);
  for (const { body } of texts) {
    assert.deepEqual(samplesOf(body), [
      'billonce_database_up 1',
      'billonce_database_bytes 7',
      'billonce_disk_free_bytes 9',
    ]);
  }
});

test('while the database fails, a scrape reports it as down, without a size', async () => {
  const errors: unknown[] = [];
  const away = new Error('no connection');
  const set = watched(() => Promise.reject(away), errors);
  assert.deepEqual(samplesOf((await set.text()).body), ['billonce_database_up 0']);
  assert.deepEqual(errors, [away]);
});

test('a scrape of a database that never answers is answered', async () => {
  const set = watched(() => new Promise(() => undefined));
  assert.deepEqual(samplesOf((await set.text()).body), ['billonce_database_up 0']);
});
