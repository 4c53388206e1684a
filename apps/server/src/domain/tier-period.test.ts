// Which tier usage falls into, and what a reversal takes back of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { periodCleared, periodWithout, type TierPeriod, takenOf, useTiers } from './tier-period.ts';
import type { Tiers } from './tiers.ts';

const tiers: Tiers = {
  period: 'lifetime',
  tiers: [
    { upTo: 10, price: 5n, package: undefined },
    { upTo: 30, price: 3n, package: undefined },
    { upTo: undefined, price: 1n, package: undefined },
  ],
};
const inPackages: Tiers = {
  period: 'lifetime',
  tiers: [{ upTo: undefined, price: 5n, package: 10 }],
};

function count(requests: number, charged = requests) {
  return { requests, charged };
}

const period: TierPeriod = {
  priceVersion: 1,
  period: 'lifetime',
  startMs: 0,
  from: 4,
  base: 0,
  counts: [count(10), count(6), count(0)],
};

function use(before: TierPeriod | undefined, requests: number, price: Tiers, version = 1) {
  return useTiers(before, { version, tiers: price }, { requests, unitScale: 0, nowMs: 5, sequence: 9 });
}

test('usage fills the lowest tiers that have room, which earlier price versions filled from below', () => {
  const parts = (before: TierPeriod | undefined, requests: number, version = 1) =>
    use(before, requests, tiers, version).parts.map((part) => part.requests);
  assert.deepEqual(parts(undefined, 45), [10, 20, 15]);
  assert.deepEqual(parts(period, 20), [0, 14, 6]);
  // Of 16 that were used at another version, 10 fill the first tier, and 6 the second.
  assert.deepEqual(parts(period, 20, 2), [0, 14, 6]);
  assert.deepEqual(parts({ ...period, counts: [count(10), count(20), count(7)] }, 3, 2), [0, 0, 3]);
  const { period: after } = use(period, 20, tiers, 2);
  assert.deepEqual([after.base, after.from, after.priceVersion], [16, 9, 2]);
});

test('a package that was paid for is used up before another one is started', () => {
  const first = use(undefined, 4, inPackages);
  assert.deepEqual(
    first.parts.map(({ requests, charged, ahead }) => [requests, charged, ahead]),
    [[4, 1, 0]],
  );
  const second = use(first.period, 6, inPackages);
  assert.deepEqual(
    second.parts.map(({ requests, charged, ahead }) => [requests, charged, ahead]),
    [[6, 0, 6]],
  );
  const third = use(second.period, 1, inPackages);
  assert.deepEqual(
    third.parts.map(({ requests, charged, ahead }) => [requests, charged, ahead]),
    [[1, 1, 0]],
  );
});

test('a tier that is full, or that the usage does not reach, starts no package', () => {
  const mixed: Tiers = {
    period: 'lifetime',
    tiers: [
      { upTo: 10, price: 5n, package: undefined },
      { upTo: 30, price: 3n, package: 10 },
      { upTo: undefined, price: 1n, package: 10 },
    ],
  };
  const before = { ...period, base: 45, counts: [count(0), count(0), count(0)] };
  assert.deepEqual(
    use(before, 5, mixed).parts.map(({ requests, charged, ahead }) => [requests, charged, ahead]),
    [
      [0, 0, 0],
      [0, 0, 0],
      [5, 0, 5],
    ],
  );
  // One package is owed, and is charged with the next usage only.
  const owed = { ...period, counts: [count(12, 1)] };
  assert.deepEqual(
    [0, 1].map((requests) => use(owed, requests, inPackages).parts[0]?.charged),
    [0, 1],
  );
});

test('what is paid ahead in packages is capped at the largest exact integer of a double', () => {
  const most = Number.MAX_SAFE_INTEGER;
  const huge: Tiers = { period: 'lifetime', tiers: [{ upTo: undefined, price: 5n, package: most }] };
  const before = { ...period, counts: [count(0, 3)] };
  assert.equal(use(before, 1, huge).parts[0]?.ahead, most);
  assert.equal(use({ ...period, counts: [count(0, 1)] }, 1, huge).parts[0]?.ahead, most);
});

test('a reversal takes back the last requests of an entry first, after those of earlier reversals', () => {
  const { parts } = use(undefined, 45, tiers);
  const entry = { startMs: 0, parts, line: [] };
  const taken = (before: number, now: number) =>
    takenOf(entry, { requests: 45, unitScale: 0 }, before, now).map(({ requests }) => requests);
  assert.deepEqual(taken(0, 20), [0, 5, 15]);
  assert.deepEqual(taken(20, 20), [5, 15, 0]);
  assert.deepEqual(taken(40, 5), [5, 0, 0]);
  const packed = { startMs: 0, parts: use(undefined, 15, inPackages).parts, line: [] };
  const packages = (before: number, now: number) =>
    takenOf(packed, { requests: 15, unitScale: 0 }, before, now).map(({ charged }) => charged);
  assert.deepEqual([packages(0, 4), packages(4, 1), packages(5, 9), packages(14, 1)], [[0], [1], [0], [1]]);
});

test('room comes back only in the same period and at the same price version', () => {
  const [first] = tiers.tiers;
  const taken = [{ ...first, upTo: 10, price: 5n, package: undefined, ...count(4) }];
  assert.deepEqual(periodWithout(period, 1, 0, taken)?.counts[0], count(6));
  assert.equal(periodWithout(period, 2, 0, taken), period);
  assert.equal(periodWithout(period, 1, 1, taken), period);
  assert.equal(periodWithout(undefined, 1, 0, taken), undefined);
});

test('a reversal of all usage after an entry empties a period that began later, and else takes its part', () => {
  const taken = () => [count(1), count(2), count(0)];
  const counts = (openFrom: number) => periodCleared(period, openFrom, taken)?.counts;
  const nothing = [count(0), count(0), count(0)];
  assert.deepEqual(counts(3), nothing);
  assert.deepEqual(counts(4), nothing);
  assert.deepEqual(counts(5), [count(9), count(4), count(0)]);
  const empty = { ...period, counts: nothing };
  assert.equal(periodCleared(empty, 5, taken), empty);
});
