import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ChangedCounters,
  heldCounters,
  heldFor,
  keptBy,
  keptFor,
  newCount,
  returnedAt,
  returnedCounters,
} from './held-count.ts';
import { eachAgent, type Limit } from './limit.ts';
import { countIn, emptyCounter, type LimitCounter, uncountIn, windowOf } from './limit-counter.ts';

const limit: Limit = {
  id: 'units',
  name: 'units',
  agent: eachAgent,
  serviceId: undefined,
  apiKeyPrefix: undefined,
  window: 'day',
  asset: undefined,
  max: 100n,
  action: 'refuse',
  notifyAt: [500, 1_000],
  createdAtMs: 0,
  deleted: false,
};
const ofMoney: Limit = { ...limit, id: 'money', agent: undefined, asset: 'XLM' };
const windows = [
  { limitId: 'units', startMs: 0 },
  { limitId: 'deleted', startMs: 0 },
  { limitId: 'money', startMs: 60_000 },
];

/** Counters of limits, with usage in each window. */
function countersOf(limits: readonly Limit[]) {
  return {
    limits: () => limits,
    limitCounter: ({ id }: Limit, subject: string): LimitCounter => ({
      limitId: id,
      subject,
      windows: [0, 60_000].map((startMs) => ({ startMs, used: 50n, max: 100n, reported: 500 })),
    }),
  };
}

test('a hold counts in the windows of the limits that still exist', () => {
  const counted = newCount(8n, 5n, windows);
  const found = heldCounters({ agent: 'a', counted }, countersOf([limit, ofMoney]));
  assert.deepEqual(
    found.map(({ limit: { id }, startMs, counter }) => [id, startMs, counter.subject]),
    [
      ['units', 0, 'a'],
      ['money', 60_000, ''],
    ],
  );
  assert.deepEqual(heldCounters({ agent: 'a', counted: undefined }, countersOf([limit])), []);
});

test('a hold to which no limit applies counts nothing, and a cost is kept only if there is one', () => {
  assert.equal(newCount(8n, 5n, []), undefined);
  assert.deepEqual(newCount(8n, undefined, windows), {
    quantity: 8n,
    kept: undefined,
    returnedAtMs: undefined,
    windows,
  });
  assert.equal(newCount(8n, 0n, windows)?.cost, 0n);
});

test('a limit of units counts the quantity of a hold, and a limit of money its cost', () => {
  assert.deepEqual(
    [heldFor(limit, { quantity: 8n, cost: 5n }), heldFor(ofMoney, { quantity: 8n, cost: 5n })],
    [8n, 5n],
  );
  assert.equal(heldFor(ofMoney, { quantity: 8n }), 0n);
});

test('usage that captures a hold stays counted, but never more than was held', () => {
  const counted = newCount(8n, 5n, windows);
  for (const [used, cost, kept, keptCost] of [
    [3n, 2n, 3n, 2n],
    [8n, 5n, 8n, 5n],
    [9n, 6n, 8n, 5n],
  ] as const) {
    const after = keptBy(counted, used, cost, 77);
    assert.ok(after !== undefined);
    assert.deepEqual([after.kept, after.keptCost, after.returnedAtMs], [kept, keptCost, 77]);
    assert.deepEqual([keptFor(limit, after), keptFor(ofMoney, after)], [kept, keptCost]);
  }
  const unpriced = keptBy(newCount(8n, undefined, windows), 3n, 2n, 77);
  assert.ok(unpriced !== undefined && !('keptCost' in unpriced));
  assert.deepEqual([keptFor(limit, unpriced), keptFor(ofMoney, unpriced)], [3n, 0n]);
  assert.equal(keptBy(undefined, 3n, 2n, 77), undefined);
});

test('a hold that ended without usage is no longer counted', () => {
  const counted = newCount(8n, 5n, windows);
  const returned = returnedCounters({ agent: 'a', counted }, countersOf([limit, ofMoney]));
  assert.deepEqual(
    returned.map((counter) => counter.windows.map(({ used }) => used)),
    [
      [42n, 50n],
      [50n, 45n],
    ],
  );
  assert.deepEqual(returnedCounters({ agent: 'a', counted: undefined }, countersOf([limit])), []);
  assert.deepEqual(returnedAt(counted, 77), { ...counted, returnedAtMs: 77 });
  assert.equal(returnedAt(undefined, 77), undefined);
});

test('a changed counter is read instead of the stored one', () => {
  const changes = new ChangedCounters(countersOf([limit, ofMoney]));
  assert.deepEqual(changes.limits(), [limit, ofMoney]);
  assert.equal(windowOf(changes.limitCounter(limit, 'a'), 0).used, 50n);
  changes.take([uncountIn(changes.limitCounter(limit, 'a'), 0, 9n)]);
  assert.equal(windowOf(changes.limitCounter(limit, 'a'), 0).used, 41n);
  assert.equal(windowOf(changes.limitCounter(limit, 'b'), 0).used, 50n);
  assert.deepEqual(
    changes.changed.map(({ limitId, subject }) => [limitId, subject]),
    [['units', 'a']],
  );
});

test('removing usage from a window never makes it negative, and its reported levels stay reported', () => {
  const { counter } = countIn(emptyCounter('units', ''), limit, 0, 60n);
  assert.deepEqual(uncountIn(counter, 0, 60n).windows, [{ startMs: 0, used: 0n, max: 100n, reported: 500 }]);
  assert.equal(windowOf(uncountIn(counter, 0, 61n), 0).used, 0n);
  assert.equal(windowOf(uncountIn(counter, 0, 59n), 0).used, 1n);
  assert.deepEqual(uncountIn(counter, 1, 60n), counter);
});

test('a level is reported once, when the use reaches it', () => {
  const first = countIn(emptyCounter('units', ''), limit, 0, 49n);
  assert.deepEqual([first.levels, first.window.reported], [[], 0]);
  const half = countIn(first.counter, limit, 0, 1n);
  assert.deepEqual([half.levels, half.window], [[500], { startMs: 0, used: 50n, max: 100n, reported: 500 }]);
  const more = countIn(half.counter, limit, 0, 49n);
  assert.deepEqual([more.levels, more.window.reported], [[], 500]);
  const all = countIn(more.counter, limit, 0, 1n);
  assert.deepEqual([all.levels, all.window.reported], [[1_000], 1_000]);
  assert.deepEqual(countIn(emptyCounter('units', ''), limit, 0, 100n).levels, [500, 1_000]);
});

test('the maximum of a window is the highest that was in force, or the count of a limit that only notifies', () => {
  const { counter } = countIn(emptyCounter('units', ''), limit, 0, 10n);
  assert.equal(countIn(counter, { ...limit, max: 20n }, 0, 1n).window.max, 100n);
  assert.equal(countIn(counter, { ...limit, max: 120n }, 0, 1n).window.max, 120n);
  assert.equal(countIn(counter, { ...limit, action: 'notify' }, 0, 90n).window.max, 100n);
  assert.equal(countIn(counter, { ...limit, action: 'notify' }, 0, 91n).window.max, 101n);
  assert.equal(countIn(counter, limit, 0, 91n).window.max, 100n);
  assert.equal(countIn(emptyCounter('units', ''), { ...limit, action: 'notify' }, 0, 10n).window.max, 100n);
});

test('a counter keeps the window that it counts in, the one before it and at most eight', () => {
  const startsOf = (counter: LimitCounter) => counter.windows.map(({ startMs }) => startMs);
  const count = (counter: LimitCounter, startMs: number) => countIn(counter, limit, startMs, 1n).counter;
  const forwards = [1, 2, 3].reduce(count, emptyCounter('units', ''));
  assert.deepEqual(startsOf(forwards), [2, 3]);
  // A clock that was set back reaches earlier windows.
  const backwards = [20, 19, 18, 17, 16, 15, 14, 13, 12].reduce(count, emptyCounter('units', ''));
  assert.deepEqual(startsOf(backwards), [12, 13, 14, 15, 16, 17, 18, 19]);
  assert.equal(windowOf(count(backwards, 15), 15).used, 2n);
  assert.deepEqual(startsOf(count(backwards, 15)), [14, 15, 16, 17, 18, 19]);
});
