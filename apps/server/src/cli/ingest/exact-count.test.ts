import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type DecimalMark, readCount, readQuantity } from './exact-count.ts';

function count(value: unknown, mark: DecimalMark = 'point', multiplier = 1): number | string {
  const read = readCount(value, mark, multiplier);
  return read.kind === 'count' ? read.count : `${read.kind}: ${read.fault}`;
}

test('whole numbers are read exactly, in every notation that tools use', () => {
  for (const [text, expected] of [
    ['0', 0],
    ['-0', 0],
    ['007', 7],
    ['59200.0', 59_200],
    ['59200.', 59_200],
    ['1e3', 1_000],
    ['1.5E+3', 1_500],
    ['5000e-3', 5],
    ['.5e1', 5],
    ['1,234', 1_234],
    ['1,234,567.00', 1_234_567],
    ["1'234", 1_234],
    ['1\u00a0234', 1_234],
    ['1 234', 1_234],
    [' +42 ', 42],
    ['1000000000', 1_000_000_000],
    ['1e9', 1_000_000_000],
    ['0.000000001e18', 1_000_000_000],
  ] as const)
    assert.equal(count(text), expected, text);
  assert.equal(count(3), 3);
});

test('a decimal comma is read if it is requested', () => {
  assert.equal(count('1.234', 'comma'), 1_234);
  assert.equal(count('1.234.567,0', 'comma'), 1_234_567);
  assert.match(String(count('1,5', 'comma')), /not a whole number/);
  assert.match(
    String(count('1.234')),
    /not a whole number; if the point separates thousands, give --decimal comma/,
  );
});

test('a count may be multiplied before it must be whole', () => {
  assert.equal(count('12.345', 'point', 1_000), 12_345);
  assert.match(String(count('12.3456', 'point', 1_000)), /not a whole number/);
});

test('a value that is not a count is refused, and a missing value is not a count', () => {
  for (const bad of [
    '1.5',
    '1e-3',
    '-1',
    'x',
    '1,23',
    '12,34,567',
    '1,234 567',
    '1e',
    'e3',
    '.',
    ',',
    '1_000',
    '0x10',
  ])
    assert.match(String(count(bad)), /^bad: is ".*", not a/, bad);
  for (const bad of [
    '1000000001',
    '1e999',
    '9'.repeat(64),
    '9'.repeat(65),
    '1e10',
    'NaN',
    'Infinity',
    true,
    {},
    [],
  ])
    assert.match(String(count(bad)), /^bad: /, JSON.stringify(bad));
  assert.equal(count(''), 'none: is empty');
  assert.equal(count('  '), 'none: is empty');
  assert.equal(count(null), 'none: is missing');
  assert.equal(count(undefined), 'none: is missing');
});

test('every notation of an integer gives that integer', () => {
  const integers = fc.integer({ min: 0, max: 1_000_000_000 });
  fc.assert(
    fc.property(integers, fc.integer({ min: 0, max: 6 }), (integer, zeros) => {
      const grouped = new Intl.NumberFormat('en-US').format(integer);
      const german = new Intl.NumberFormat('de-DE').format(integer);
      const fraction = zeros === 0 ? '' : `.${'0'.repeat(zeros)}`;
      for (const text of [
        `${integer}${fraction}`,
        `${grouped}${fraction}`,
        `${integer}e0`,
        `${integer}${'0'.repeat(zeros)}e-${zeros}`,
      ])
        assert.equal(count(text), integer, text);
      assert.equal(count(german, 'comma'), integer, german);
    }),
  );
});

test('a quantity is read exactly with up to six decimal places, and no further', () => {
  const quantity = (value: unknown, mark: DecimalMark = 'point', multiplier = 1) => {
    const read = readQuantity(value, mark, multiplier);
    return read.kind === 'count' ? read.count : read.kind;
  };
  for (const [text, expected] of [
    ['12.75', 12_750_000n],
    ['0.000001', 1n],
    ['1,234.5', 1_234_500_000n],
    ['1e-6', 1n],
    ['1000000000000', 10n ** 18n],
    ['0', 0n],
    // A double would lose the last digit.
    ['123456789012.345678', 123_456_789_012_345_678n],
  ] as const)
    assert.equal(quantity(text), expected, text);
  assert.equal(quantity('1.234,5', 'comma'), 1_234_500_000n);
  assert.equal(quantity('0.0000005', 'point', 60), 30n);
  for (const bad of ['0.0000001', '1000000000000.000001', '-1', 'x', '1e13'])
    assert.equal(quantity(bad), 'bad', bad);
  assert.equal(quantity(''), 'none');
});
