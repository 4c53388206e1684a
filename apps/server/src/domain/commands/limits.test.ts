import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changed, DomainBooks, exampleOf } from '../../../test/harness/domain-books.ts';
import { type Limit, limitsMax, limitsOfWriteMax } from '../limit.ts';

const { nowMs } = new DomainBooks();
const put = exampleOf<'set_limit'>({
  kind: 'set_limit',
  name: 'budget',
  agent: undefined,
  serviceId: undefined,
  apiKeyPrefix: undefined,
  asset: undefined,
  window: 'day',
  max: 9n,
  action: 'refuse',
  notifyAt: [],
});

function limit(members: Partial<Limit> = {}): Limit {
  const { kind: _, ...wanted } = put();
  return { ...wanted, id: 'id-1-0', createdAtMs: nowMs, deleted: false, ...members };
}

test('a limit that counts the same keeps its counters, and any other one starts again', () => {
  const books = new DomainBooks();
  const first = books.done(put());
  assert.deepEqual(first.fact, { kind: 'limit_set', limit: limit(), isNew: true });
  assert.deepEqual(changed(first.changes), { limits: [limit()] });
  const higher = books.done(put({ max: 10n }), { nowMs: nowMs + 5 });
  assert.deepEqual(higher.fact, { kind: 'limit_set', limit: limit({ max: 10n }), isNew: false });
  assert.deepEqual(changed(higher.changes), { limits: [limit({ max: 10n })] });
  const other = books.done(put({ window: 'hour' }));
  const made = limit({ id: 'id-3-0', window: 'hour' });
  assert.deepEqual(other.fact, { kind: 'limit_set', limit: made, isNew: false });
  assert.deepEqual(changed(other.changes), { limits: [limit({ max: 10n, deleted: true }), made] });
});

test('a limit of money names a registered asset', () => {
  const books = new DomainBooks();
  assert.deepEqual(books.refusal(put({ asset: 'USD' })), {
    code: 'unknown_asset',
    message: 'asset USD is not registered',
    pointer: '/max/asset',
  });
  books.has({ assets: [{ code: 'USD', scale: 2 }] });
  assert.equal(books.done(put({ asset: 'USD' })).fact.kind, 'limit_set');
});

test('a tenant has a limited number of limits, and can still change each of them', () => {
  const books = new DomainBooks();
  const many = Array.from({ length: limitsMax - 1 }, (_, at) =>
    limit({ id: `l${at}`, name: `l${at}`, agent: `a${at}` }),
  );
  books.has({ limits: many });
  books.done(put({ agent: 'a' }));
  assert.deepEqual(books.refusal(put({ name: 'more', agent: 'b' })), {
    code: 'limit_exceeded',
    message: 'a tenant has at most 1000 limits',
  });
  assert.equal(books.done(put({ agent: 'a', max: 3n })).fact.kind, 'limit_set');
  assert.equal(books.done(put({ agent: 'b' })).fact.kind, 'limit_set');
});

test('at most ten limits apply to one use', () => {
  const books = new DomainBooks();
  for (let at = 1; at <= limitsOfWriteMax; at++) books.done(put({ name: `l${at}`, agent: 'a' }));
  assert.deepEqual(books.refusal(put({ agent: 'a' })), {
    code: 'limit_exceeded',
    message: 'more than 10 limits would apply to the same usage',
  });
  assert.equal(books.done(put({ agent: 'b' })).fact.kind, 'limit_set');
  assert.equal(books.done(put({ name: 'l1', agent: 'a', max: 3n })).fact.kind, 'limit_set');
});

test('a deleted limit no longer counts', () => {
  const books = new DomainBooks();
  books.done(put());
  books.done(put({ name: 'other', agent: 'b' }));
  const remove = { kind: 'delete_limit', name: 'budget' } as const;
  const deleted = books.done(remove);
  assert.deepEqual(deleted.fact, { kind: 'limit_deleted' });
  assert.deepEqual(changed(deleted.changes), { limits: [limit({ deleted: true })] });
  assert.deepEqual(books.refusal(remove), { code: 'not_found', message: 'no limit has the name budget' });
});
