import assert from 'node:assert/strict';
import { test } from 'node:test';
import { priceStates } from '../src/core/price-state.ts';

const withdrawnAt = '2026-05-01T00:00:00.000Z';

test('the last price that was not withdrawn is in force, and the next one is not yet', () => {
  const prices = [{ version: 1 }, { version: 2 }, { version: 3, withdrawnAt }, { version: 4 }];
  assert.deepEqual(
    [...priceStates(prices, 4, true)],
    [
      [1, 'past'],
      [2, 'in force'],
      [3, 'withdrawn'],
      [4, 'next'],
    ],
  );
  assert.equal(priceStates(prices, undefined, true).get(4), 'in force');
});

test('the last price of an incomplete list has no state', () => {
  const states = priceStates([{ version: 1 }, { version: 2 }], 9, false);
  assert.deepEqual([...states], [[1, 'past']]);
});
