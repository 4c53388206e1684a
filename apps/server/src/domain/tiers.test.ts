import assert from 'node:assert/strict';
import { test } from 'node:test';
import { costOf, priceMax } from './amount.ts';
import {
  costOfPart,
  costOfParts,
  countsOf,
  dearestCost,
  isNothing,
  isSameCounts,
  isSameTiers,
  minusCounts,
  packagesFor,
  partsIn,
  partsOf,
  plusCounts,
  type Tier,
  type Tiers,
  unitPriceOfFirst,
  unitsPaidBy,
} from './tiers.ts';

const unit: Tier = { upTo: 10, price: 7n, package: undefined };
const packed: Tier = { upTo: undefined, price: 50n, package: 3 };
const both: Tiers = { period: 'month', tiers: [unit, packed] };
const free: Tiers = { period: 'day', tiers: [{ upTo: undefined, price: 0n, package: undefined }] };
const count = (requests: number, charged: number) => ({ requests, charged });

test('counts of tiers are added and subtracted tier by tier', () => {
  const counts = [count(4, 4), count(5, 2)];
  assert.deepEqual(plusCounts(counts, [count(1, 1), count(2, 1)]), [count(5, 5), count(7, 3)]);
  assert.deepEqual(plusCounts(counts, [count(1, 1)]), [count(5, 5), count(5, 2)]);
  assert.equal(plusCounts(counts, undefined), counts);
  assert.deepEqual(minusCounts(counts, [count(1, 1), count(2, 1)]), [count(3, 3), count(3, 1)]);
  assert.equal(minusCounts(counts, undefined), counts);
});

test('counts are empty only if each number of each tier is 0', () => {
  assert.equal(isNothing([count(0, 0), count(0, 0)]), true);
  assert.equal(isNothing([count(0, 0), count(0, 1)]), false);
  assert.equal(isNothing([count(1, 0), count(0, 0)]), false);
  assert.equal(isSameCounts([count(1, 2)], [count(1, 2)]), true);
  assert.equal(isSameCounts([count(1, 2)], [count(1, 3)]), false);
  assert.equal(isSameCounts([count(1, 2)], [count(1, 2), count(0, 0)]), false);
  assert.equal(isSameCounts([count(1, 2), count(0, 0)], [count(1, 2)]), false);
});

test('the parts of a cost are the counts of its tiers with their prices', () => {
  const parts = partsOf(both, [count(4, 4)]);
  assert.deepEqual(parts, [
    { ...unit, requests: 4, charged: 4 },
    { ...packed, requests: 0, charged: 0 },
  ]);
  assert.deepEqual(countsOf(parts), [count(4, 4), count(0, 0)]);
});

test('a fraction of a unit costs that fraction of its price, and a package its whole price', () => {
  assert.equal(costOfPart({ ...unit, requests: 250, charged: 250 }, 2), costOf(250, 7n, 2));
  assert.equal(costOfPart({ ...packed, requests: 250, charged: 2 }, 2), costOf(2, 50n, 0));
  assert.equal(
    costOfParts(
      [
        { ...unit, requests: 4, charged: 4 },
        { ...packed, requests: 5, charged: 2 },
      ],
      0,
    ),
    costOf(4 * 7 + 2 * 50, 1n, 0),
  );
  assert.equal(costOfParts([], 0), 0n);
});

test('prices in tiers are the same only with the same period, borders, prices and packages', () => {
  assert.equal(isSameTiers(both, { ...both, tiers: [{ ...unit }, { ...packed }] }), true);
  assert.equal(isSameTiers(undefined, undefined), true);
  for (const other of [
    undefined,
    { ...both, period: 'day' as const },
    { ...both, tiers: [unit] },
    { ...both, tiers: [{ ...unit, upTo: 11 }, packed] },
    { ...both, tiers: [{ ...unit, price: 8n }, packed] },
    { ...both, tiers: [unit, { ...packed, package: 4 }] },
    { ...both, tiers: [unit, packed, packed] },
  ]) {
    assert.equal(isSameTiers(both, other), false);
    assert.equal(isSameTiers(other, both), false);
  }
});

test('usage recorded before the first price costs the price of one unit in the first tier', () => {
  assert.equal(unitPriceOfFirst(both), 7n);
  assert.equal(unitPriceOfFirst({ ...both, tiers: [packed, unit] }), 16n);
  assert.equal(unitPriceOfFirst({ ...both, tiers: [] }), 0n);
});

test('a number of units in smallest parts is capped at the largest exact integer of a double', () => {
  assert.equal(partsIn(3, 0), 3);
  assert.equal(partsIn(3, 6), 3_000_000);
  assert.equal(partsIn(Number.MAX_SAFE_INTEGER, 6), Number.MAX_SAFE_INTEGER);
});

test('a started package counts as a whole package', () => {
  assert.deepEqual(
    [0, 1, 3, 4].map((requests) => packagesFor(requests, 3)),
    [0, 1, 1, 2],
  );
});

test('the dearest cost is that of the tier in which all of the usage costs most', () => {
  // Six units cost 42, and two packages cost 100. Three parts of a unit with two decimal places start one package.
  assert.equal(dearestCost(6, both, 0), costOf(100, 1n, 0));
  assert.equal(dearestCost(3, both, 2), costOf(50, 1n, 0));
  assert.equal(
    dearestCost(6, { ...both, tiers: [{ ...unit, price: priceMax }, packed] }, 0),
    costOf(6, priceMax, 0),
  );
  assert.equal(dearestCost(6, free, 0), 0n);
});

test('an amount pays for as many units as the dearest tier gives for it, and free tiers do not count', () => {
  assert.equal(unitsPaidBy(costOf(100, 1n, 0), both, 0), 6_000_000n);
  assert.equal(unitsPaidBy(costOf(100, 1n, 0), { ...both, tiers: [packed, unit] }, 0), 6_000_000n);
  assert.equal(unitsPaidBy(costOf(100, 1n, 0), { ...both, tiers: [unit] }, 0), 14_000_000n);
  assert.equal(unitsPaidBy(costOf(100, 1n, 0), { ...both, tiers: [packed] }, 0), 6_000_000n);
  assert.equal(unitsPaidBy(costOf(1, 7n, 0), { ...both, tiers: [unit] }, 2), 1_000_000n);
  assert.equal(unitsPaidBy(costOf(1, 7n, 2), { ...both, tiers: [unit] }, 2), 10_000n);
  assert.equal(unitsPaidBy(costOf(100, 1n, 0), { ...both, tiers: [...free.tiers, unit] }, 0), 14_000_000n);
  assert.equal(unitsPaidBy(costOf(100, 1n, 0), free, 0), 0n);
});
