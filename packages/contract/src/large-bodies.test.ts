// Bodies with a valid size and invalid content: how much of them is read.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Type from 'typebox';
import { IgnoredNames } from './ignored-names.ts';
import { operations } from './operations.ts';
import { compileReader } from './read-part.ts';
import { compileValidator } from './validate.ts';

/** A list of objects that counts how often its items are read. */
function watched(length: number) {
  const reads = { count: 0 };
  const items = Array.from({ length }, () =>
    Object.defineProperty({}, 'requests', {
      enumerable: true,
      get: () => {
        reads.count += 1;
        return 'no number';
      },
    }),
  );
  return { items, reads };
}

const faultsOf = (validated: ReturnType<ReturnType<typeof compileReader>>) =>
  validated.kind === 'invalid' ? validated.faults : [];

test('a list that is too long is refused before any of its items is read', () => {
  const read = compileReader(operations.reconcile.body);
  const list = watched(10_001);
  const validated = read({ items: list.items }, { ignored: new IgnoredNames() });
  assert.deepEqual(faultsOf(validated), [
    { pointer: '/items', message: 'must not have more than 10000 items' },
  ]);
  assert.equal(list.reads.count, 0);
});

test('a list of faults is read only up to its first 20 faults', () => {
  const read = compileReader(operations.reconcile.body);
  const list = watched(10_000);
  const faults = faultsOf(read({ items: list.items }, { ignored: new IgnoredNames() }));
  assert.equal(faults.length, 20);
  assert.equal(faults[19]?.pointer, '/items/19/requests');
  // Each item is read once for its unknown names. Only items at the beginning are read more often.
  assert.ok(list.reads.count <= 10_000 + 500, `${list.reads.count} reads`);
});

test('a fault far into a list is found', () => {
  const validate = compileValidator(Type.Object({ items: Type.Array(Type.Integer()) }));
  const items: unknown[] = Array.from({ length: 5_000 }, () => 1);
  items[4_999] = 'x';
  const validated = validate({ items });
  assert.deepEqual(validated.kind === 'invalid' && validated.faults.map(({ pointer }) => pointer), [
    '/items/4999',
  ]);
});

test('a request has at most 20,000 unknown names: two for each item of the largest bulk', () => {
  const read = compileReader(operations.reconcile.body);
  const item = { id: 'event-1', requests: 3 };
  const bulk = (unknown: object, more: object) => ({
    items: [...Array.from({ length: 9_999 }, () => ({ ...item, ...unknown })), { ...item, ...more }],
  });
  const ignored = new IgnoredNames();
  const two = { colour: 1, weather: 2 };
  assert.equal(read(bulk(two, two), { ignored }).kind, 'valid');
  assert.equal(ignored.count, 20_000);
  const refused = read(bulk(two, { ...two, third: 3 }), { ignored: new IgnoredNames() });
  assert.deepEqual(faultsOf(refused), [
    { pointer: '/items/9999', message: 'the request has more than 20000 unknown names' },
  ]);
});
