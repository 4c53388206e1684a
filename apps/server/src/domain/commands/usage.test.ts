import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changed, DomainBooks } from '../../../test/harness/domain-books.ts';
import { servicePaused } from '../pause.ts';
import { inStroops, newService } from '../service.ts';
import type { SentUsage } from '../usage.ts';
import type { BulkItem } from './usage.ts';

const use = (members: Partial<SentUsage> = {}): SentUsage => ({
  agent: 'a',
  serviceId: 's',
  requests: 3,
  usageId: 'u',
  occurredAtNs: undefined,
  ...members,
});
const one = (members: Partial<SentUsage> = {}) => ({ kind: 'record_usage', item: use(members) }) as const;
const bulk = (items: readonly BulkItem[], isAtomic = false) =>
  ({ kind: 'record_usage_bulk', items, isAtomic }) as const;
const valid = (members: Partial<SentUsage> = {}): BulkItem => ({ kind: 'valid', item: use(members) });
const invalid = { kind: 'invalid', message: 'm' } as const;

function booksOf(unitScale = 0): DomainBooks {
  const books = new DomainBooks();
  books.has({ services: [{ ...newService('s', inStroops(7n)), unitScale }] });
  return books;
}

test('usage that is sent again is answered as the first time, also while writes are paused', () => {
  const books = booksOf();
  books.done(one());
  const gate = servicePaused;
  const again = books.done(one(), { gate });
  const known = { agent: 'a', serviceId: 's', total: 3, unitScale: 0, entryId: 'id-1-0' };
  assert.deepEqual(again.fact, { kind: 'usage_known', ...known });
  assert.deepEqual(books.refusal(one({ usageId: 'v' }), { gate }), gate);
  const inBulk = books.done(bulk([valid(), invalid]), { gate });
  const results = [{ kind: 'duplicate', total: 3, unitScale: 0 }, invalid];
  assert.deepEqual(inBulk.fact, { kind: 'usage_bulk_recorded', results });
  assert.deepEqual(books.refusal(bulk([valid(), valid({ usageId: 'v' })]), { gate }), gate);
});

test('a usage id is recorded once', () => {
  const books = booksOf();
  books.done(one());
  assert.deepEqual(books.refusal(one({ requests: 4 })), {
    code: 'usage_id_conflict',
    message:
      'this usage id was recorded with another agent, service, number of requests, time of occurrence or metadata',
  });
});

test('a quantity is counted in the smallest parts of the units of its service', () => {
  const { fact, changes } = booksOf(3).done(one({ requests: 0, quantity: 1_500_000n }));
  assert.ok(fact.kind === 'usage_recorded');
  assert.deepEqual([fact.total, fact.unitScale], [1_500, 3]);
  const [entry] = changes.entries;
  assert.equal(entry?.requests, 1_500);
  assert.ok(!('quantity' in entry));
});

test('a quantity of whole requests is kept as requests', () => {
  const [entry] = booksOf().done(one({ requests: 0, quantity: 2_000_000n })).changes.entries;
  assert.equal(entry?.requests, 2);
  assert.ok(!('quantity' in entry));
});

test('whole requests are not the quantity that was recorded under the same id', () => {
  const books = booksOf(3);
  books.done(one({ requests: 0, quantity: 3_000n }));
  assert.equal(books.refusal(one({ requests: 3 })).code, 'usage_id_conflict');
  assert.equal(books.refusal(one({ requests: 3, usageId: 'v' })).code, 'invalid_quantity');
});

test('all entries and events of a bulk have their own ids', () => {
  const books = booksOf();
  for (const name of ['x', 'y']) {
    books.done({
      kind: 'set_limit',
      name,
      agent: name,
      serviceId: undefined,
      apiKeyPrefix: undefined,
      asset: undefined,
      window: 'day',
      max: 3_000_000n,
      action: 'notify',
      notifyAt: [300, 600, 1_000],
    });
  }
  const { changes } = books.done(
    bulk([valid({ agent: 'x', usageId: 'u1' }), valid({ agent: 'y', usageId: 'u2' })]),
  );
  assert.equal(changes.events.length, 6);
  const ids = [...changes.entries, ...changes.events].map(({ id }) => id);
  assert.equal(new Set(ids).size, 8);
});

test('a bulk has at most as many items as the server allows now, unless it was recorded before', () => {
  const books = booksOf();
  const items = ['u1', 'u2', 'u3'].map((usageId) => valid({ usageId }));
  const bulkItemsMax = 2;
  assert.equal(books.done(bulk(items.slice(0, 2)), { bulkItemsMax }).fact.kind, 'usage_bulk_recorded');
  const tooMany = {
    code: 'too_many_items',
    message: 'a bulk may have at most 2 items, and this one has 3',
  };
  assert.deepEqual(books.refusal(bulk(items), { bulkItemsMax }), tooMany);
  books.done(bulk(items));
  const again = books.done(bulk(items), { bulkItemsMax });
  assert.ok(again.fact.kind === 'usage_bulk_recorded');
  assert.deepEqual(
    again.fact.results.map(({ kind }) => kind),
    ['duplicate', 'duplicate', 'duplicate'],
  );
});

test('an atomic bulk with a refused item applies nothing, and says what became of each item', () => {
  const books = booksOf();
  books.done(one({ usageId: 'known' }));
  const known = [valid({ usageId: 'known' }), valid({ usageId: 'known', requests: 4 })];
  const items = [valid(), ...known, invalid, valid({ usageId: 'v' })];
  const refusal = books.refusal(bulk(items, true));
  assert.ok(refusal.code === 'bulk_rejected');
  assert.equal(refusal.message, '2 of 5 items were refused, so nothing was applied');
  assert.deepEqual(
    refusal.results.map(({ kind }) => kind),
    ['recorded', 'duplicate', 'refused', 'invalid', 'recorded'],
  );
  const recorded = books.done(bulk(items));
  assert.deepEqual([recorded.remembered, recorded.changes.entries.length], [true, 2]);
  const refused = books.done(bulk([invalid]));
  assert.deepEqual([refused.remembered, changed(refused.changes)], [false, {}]);
});
