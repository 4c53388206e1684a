import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  amountMax,
  formatAmount,
  formatDecimal,
  formatPrice,
  parseAmount,
  parsePrice,
  priceMax,
} from './amount.ts';
import {
  amountOfStroop,
  priceOfStroops,
  requestsTotalMax,
  stroopsIn,
  stroopsMax,
  stroopsOfPrice,
  wholeStroops,
} from './money.ts';
import { partsUsed, quantityText } from './quantity.ts';

test('requests are counted where units have no decimal places, and refused where they have some', () => {
  assert.deepEqual(partsUsed({ requests: 3 }, 0), { kind: 'counted', parts: 3 });
  assert.deepEqual(partsUsed({ requests: 3 }, 2), {
    kind: 'refused',
    refusal: {
      code: 'invalid_quantity',
      message: 'the service counts units with 2 decimal places: send a quantity instead of requests',
    },
  });
});

test('a quantity is counted in the smallest parts of its service, and no digit is cut off', () => {
  const sent = (quantity: bigint) => ({ requests: 0, quantity });
  assert.deepEqual(partsUsed(sent(1_230_000n), 2), { kind: 'counted', parts: 123 });
  assert.deepEqual(partsUsed(sent(5_000_000n), 0), { kind: 'counted', parts: 5 });
  assert.deepEqual(partsUsed(sent(1n), 6), { kind: 'counted', parts: 1 });
  assert.deepEqual(partsUsed(sent(0n), 6), { kind: 'counted', parts: 0 });
  assert.deepEqual(partsUsed(sent(1_230_001n), 2), {
    kind: 'refused',
    refusal: { code: 'invalid_quantity', message: 'a quantity of the service has at most 2 decimal places' },
  });
});

test('a quantity of 2^53-1 smallest parts is counted, and one more is refused', () => {
  const most = BigInt(requestsTotalMax);
  assert.deepEqual(partsUsed({ requests: 0, quantity: most }, 6), {
    kind: 'counted',
    parts: requestsTotalMax,
  });
  assert.deepEqual(partsUsed({ requests: 0, quantity: most + 1n }, 6), {
    kind: 'refused',
    refusal: {
      code: 'limit_exceeded',
      message: 'the quantity would exceed 2^53-1 of the smallest parts that the service counts',
    },
  });
});

test('a quantity is shown with all places of its units, and not where units have none', () => {
  assert.equal(quantityText(120, 2), '1.20');
  assert.equal(quantityText(0, 6), '0.000000');
  assert.equal(quantityText(120, 0), undefined);
});

test('the largest totals are those that 64 bits and a double hold', () => {
  assert.equal(stroopsMax, 9_223_372_036_854_775_807n);
  assert.equal(requestsTotalMax, 9_007_199_254_740_991);
  assert.equal(amountMax, 9_223_372_036_854_775_807_000_000_000_000_000_000n);
  assert.equal(priceMax, 9_000_000_000_000_000_000n);
});

test('a decimal text has at least the places that are asked for', () => {
  assert.equal(formatDecimal(10n, 1, 1), '1.0');
  assert.equal(formatDecimal(15n, 1, 3), '1.500');
  assert.equal(formatDecimal(-1_500n, 3), '-1.5');
  assert.equal(formatDecimal(-5n, 3, 2), '-0.005');
});

test('an amount is converted exactly only if it is a whole number of stroops, and is otherwise rounded down', () => {
  assert.equal(wholeStroops(amountOfStroop * 3n), 3n);
  assert.equal(wholeStroops(amountOfStroop * 3n + 1n), undefined);
  assert.deepEqual(
    [0n, amountOfStroop, amountOfStroop - 1n, -1n, -amountOfStroop, -amountOfStroop - 1n].map(stroopsIn),
    [0n, 1n, 0n, -1n, -1n, -2n],
  );
  assert.equal(stroopsOfPrice(priceOfStroops(4n)), 4n);
  assert.equal(stroopsOfPrice(priceOfStroops(4n) + 1n), undefined);
});

test('the largest amount and the largest price are read, and anything above them is not', () => {
  assert.equal(parseAmount(formatAmount(amountMax, 7)), amountMax);
  assert.equal(parseAmount(formatDecimal(amountMax + 1n, 18)), undefined);
  assert.equal(parsePrice(formatPrice(priceMax, 1), 1), priceMax);
  assert.equal(parsePrice(formatPrice(priceMax + 1n, 1), 1), undefined);
  assert.equal(parsePrice('0.001', 1_000), 1_000_000n);
  assert.equal(parsePrice('0.000000000001', 1_000), undefined);
});
