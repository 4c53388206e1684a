import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  amountText,
  counted,
  decimalOf,
  grouped,
  inXlm,
  isPositiveAmount,
  isPrice,
  moneyOf,
  moneyText,
  negative,
  quantityText,
  scaled,
} from '../src/core/amount.ts';

test('amounts in stroops are exact, however large, and show all decimals', () => {
  const cases: readonly (readonly [stroops: bigint, text: string])[] = [
    [0n, '0.0000000 XLM'],
    [1n, '0.0000001 XLM'],
    [93_500n, '0.0093500 XLM'],
    [10_000_000n, '1.0000000 XLM'],
    [-12_345_678_901n, '−1,234.5678901 XLM'],
    [10n ** 40n + 1n, `1${',000'.repeat(11)}.0000001 XLM`],
  ];
  for (const [stroops, text] of cases) assert.equal(moneyText(inXlm(stroops)), text);
});

test('amounts of other assets have the decimals that the server sent', () => {
  assert.equal(moneyText({ amount: '1234.50', asset: 'USD' }), '1,234.50 USD');
  assert.equal(moneyText({ amount: '7', asset: 'JPY' }), '7 JPY');
  assert.equal(moneyText({ amount: '0.000000000000000001', asset: 'USD' }), '0.000000000000000001 USD');
});

test('decimal texts are added up as whole numbers, and written again as they were', () => {
  for (const text of ['0.0093500', '-12.5000000', '1000000.0000001', '0.0000000']) {
    assert.equal(decimalOf(scaled(text)), text);
  }
  assert.equal(decimalOf(scaled('0.000000000000000001')), '0.000000000000000001');
  assert.equal(decimalOf(scaled('12'), 0), '12');
});

test('the trailing zeros of an amount are a separate part, so that the page can show them paler', () => {
  assert.deepEqual(amountText('0.0093500'), { sign: '', whole: '0', fraction: '00935', zeros: '00' });
  assert.deepEqual(amountText('0.0000000'), { sign: '', whole: '0', fraction: '', zeros: '0000000' });
});

test('counts are grouped in threes, also beyond 2^53', () => {
  assert.equal(grouped(1_234_567), '1,234,567');
  assert.equal(grouped(2n ** 53n + 1n), '9,007,199,254,740,993');
  assert.equal(grouped(-1_000), '−1,000');
  assert.equal(counted(1, 'entry', 'entries'), '1 entry');
  assert.equal(counted(2_000n, 'entry', 'entries'), '2,000 entries');
});

test('amounts of a balance have the decimals of their asset, and can be negated', () => {
  assert.equal(moneyText(moneyOf('12.5', 'XLM')), '12.5000000 XLM');
  assert.equal(moneyText(moneyOf('-0.123456789012345678', 'XLM')), '−0.123456789012345678 XLM');
  assert.equal(moneyText(moneyOf('1.25', 'USD')), '1.25 USD');
  assert.equal(negative(moneyOf('2', 'XLM')).amount, '-2.0000000');
  assert.equal(negative({ amount: '-2', asset: 'XLM' }).amount, '2');
  assert.equal(negative(moneyOf('0', 'XLM')).amount, '0.0000000');
});

test('the form accepts exactly the amounts that the API accepts', () => {
  for (const good of ['1', '0.5', '999999999999999999.999999999999999999', '0.000000000000000001']) {
    assert.ok(isPositiveAmount(good), good);
  }
  for (const bad of [
    '',
    '0',
    '0.0',
    '-1',
    '+1',
    '1,5',
    '01',
    '1e3',
    ' 1',
    '.5',
    '5.',
    '0.1234567890123456789',
  ]) {
    assert.ok(!isPositiveAmount(bad), bad);
  }
  assert.equal(quantityText('1234567.5'), '1,234,567.5');
});

test('a price has at most 12 decimals for one unit, and costs at most 9,000,000', () => {
  const taken: readonly (readonly [text: string, units: number, isTaken: boolean])[] = [
    ['0.15', 1_000_000, true],
    ['0', 1, true],
    ['0.000000000001', 1, true],
    ['0.0000000000001', 1, false],
    ['0.000000000001', 1_000, false],
    ['0.000000001', 1_000, true],
    ['9000000', 1, true],
    ['9000000.000000000001', 1, false],
    ['9000000000', 1_000, true],
    ['1e3', 1, false],
    ['-1', 1, false],
    ['', 1, false],
  ];
  for (const [text, units, isTaken] of taken)
    assert.equal(isPrice(text, units), isTaken, `${text} for ${units}`);
});
