import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { rounds } from '../../test/harness/rounds.ts';
import {
  amountMax,
  amountOfAtoms,
  amountPlaces,
  costOf,
  formatAmount,
  formatDecimal,
  formatPrice,
  parseAmount,
  parseDecimal,
  parsePrice,
  pricedUnits,
  priceMax,
  pricePlaces,
  roundToAtoms,
} from './amount.ts';

/** Enough digits for the largest product: the calculator that we compare with must not round. */
const Exact = Decimal.clone({ precision: 120, toExpNeg: -200, toExpPos: 200 });
const numRuns = rounds({ test: 500, prove: 100_000 });
const scale = (max: number) => fc.integer({ min: 0, max });
const anyPrice = fc.bigInt({ min: 0n, max: priceMax });
const anyQuantity = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

test('a decimal text is read exactly, or refused', () => {
  const read = (text: string) => parseDecimal(text, 3);
  assert.equal(read('12.750'), 12_750n);
  assert.equal(read('12.7500000'), 12_750n);
  assert.equal(read('0'), 0n);
  assert.equal(read('0.001'), 1n);
  for (const text of [
    '',
    '.5',
    '5.',
    '05',
    '+5',
    '-5',
    '5e3',
    '0x5',
    '1_000',
    ' 5',
    '5\n',
    '0.0005',
    '٥',
    'NaN',
  ]) {
    assert.equal(read(text), undefined, JSON.stringify(text));
  }
});

test('a decimal text is written exactly, with at least the places that are asked for', () => {
  assert.equal(formatDecimal(12_750n, 3), '12.75');
  assert.equal(formatDecimal(12_750n, 3, 3), '12.750');
  assert.equal(formatDecimal(-1n, 3), '-0.001');
  assert.equal(formatDecimal(0n, 18, 2), '0.00');
  assert.equal(formatDecimal(7n, 0), '7');
});

test('the largest amount and the largest price are accepted, and no larger ones', () => {
  assert.equal(parseAmount(formatAmount(amountMax, 7)), amountMax);
  assert.equal(parseAmount(formatAmount(amountMax + 1n, 7)), undefined);
  assert.equal(parsePrice('9000000', 1), priceMax);
  assert.equal(parsePrice('9000000.000000000001', 1), undefined);
  assert.equal(parsePrice('9000000000000', 1_000_000), priceMax);
});

test('a price that is not exact to 10^-12 for a unit is refused', () => {
  assert.equal(parsePrice('0.15', 1_000_000), 150_000n);
  assert.equal(parsePrice('0.000001', 1_000_000), 1n);
  assert.equal(parsePrice('0.0000001', 1_000_000), undefined);
  assert.equal(parsePrice('0.0000000000001', 1), undefined);
  assert.equal(formatPrice(150_000n, 1_000_000), '0.15');
  assert.equal(formatPrice(150_000n, 1), '0.00000015');
});

test('amounts and prices that are written and read again are the same', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: amountMax }),
      anyPrice,
      fc.constantFrom(...pricedUnits),
      scale(12),
      (amount, price, per, assetScale) => {
        assert.equal(parseAmount(formatAmount(amount, assetScale)), amount);
        assert.equal(parsePrice(formatPrice(price, per), per), price);
      },
    ),
    { numRuns },
  );
});

test('costs and rounded bills are those of an independent decimal calculator', () => {
  fc.assert(
    fc.property(anyQuantity, anyPrice, scale(6), scale(12), (quantity, price, unitScale, assetScale) => {
      const units = new Exact(quantity).div(new Exact(10).pow(unitScale));
      const expected = units.mul(new Exact(String(price)).div(new Exact(10).pow(pricePlaces)));
      const cost = costOf(quantity, price, unitScale);
      assert.equal(formatDecimal(cost, amountPlaces), expected.toString());
      const { atoms, remainder } = roundToAtoms(cost, assetScale);
      const billed = expected.toDecimalPlaces(assetScale, Decimal.ROUND_DOWN);
      assert.equal(formatAmount(amountOfAtoms(atoms, assetScale), 0), billed.toString());
      assert.equal(formatDecimal(remainder, amountPlaces), expected.minus(billed).toString());
    }),
    { numRuns },
  );
});

test('an amount below 0 is rounded towards 0, and its remainder is below 0', () => {
  assert.deepEqual(roundToAtoms(-15n * 10n ** 10n, 7), { atoms: -1n, remainder: -5n * 10n ** 10n });
});
