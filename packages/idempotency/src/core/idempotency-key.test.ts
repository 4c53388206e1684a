import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseIdempotencyKey } from './idempotency-key.ts';

test('no header means no key, and two headers are refused', () => {
  assert.deepEqual(parseIdempotencyKey([]), { kind: 'absent' });
  assert.equal(parseIdempotencyKey(['a', 'a']).kind, 'invalid');
});

const spellings: readonly (readonly [sent: string, key: string | undefined])[] = [
  ['abc', 'abc'],
  ['"abc"', 'abc'],
  ['  abc\t', 'abc'],
  ['"8e03978e-40d5-43dd-bc93-6894a57f9324"', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
  ['"a\\"b\\\\c"', 'a"b\\c'],
  ['"a,b"', 'a,b'],
  ['a;b', 'a;b'],
  ['', undefined],
  ['   ', undefined],
  ['""', undefined],
  ['"abc', undefined],
  ['abc"', undefined],
  ['a"b', undefined],
  ['"abc"x', undefined],
  ['"abc";p=1', undefined],
  ['"a\\x"', undefined],
  ['"abc\\', undefined],
  ['"a b"', undefined],
  ['a b', undefined],
  ['a,b', undefined],
  ['caf\u00e9', undefined],
  ['"caf\u00e9"', undefined],
  ['a\u007f', undefined],
];

for (const [sent, key] of spellings) {
  test(`${JSON.stringify(sent)} is ${key === undefined ? 'refused' : `the key ${key}`}`, () => {
    const parsed = parseIdempotencyKey([sent]);
    if (key === undefined) assert.equal(parsed.kind, 'invalid');
    else assert.deepEqual(parsed, { kind: 'valid', key });
  });
}

test('255 characters are a key and 256 are not, in either spelling', () => {
  for (const spell of [(key: string) => key, (key: string) => `"${key}"`]) {
    assert.equal(parseIdempotencyKey([spell('k'.repeat(255))]).kind, 'valid');
    assert.equal(parseIdempotencyKey([spell('k'.repeat(256))]).kind, 'invalid');
  }
});

test('only the structured spelling is accepted if the option requires it', () => {
  assert.equal(parseIdempotencyKey(['abc'], 'structured').kind, 'invalid');
  assert.equal(parseIdempotencyKey(['"abc"'], 'structured').kind, 'valid');
});

test('every key survives being quoted', () => {
  const visible = fc.string({
    minLength: 1,
    maxLength: 255,
    unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
  });
  fc.assert(
    fc.property(visible, (key) => {
      const quoted = `"${key.replace(/["\\]/g, '\\$&')}"`;
      assert.deepEqual(parseIdempotencyKey([quoted]), { kind: 'valid', key });
    }),
  );
});

test('a header full of spaces is read in one pass', () => {
  const blank = ' \t'.repeat(500_000);
  assert.deepEqual(parseIdempotencyKey([`${blank}k${blank}`]), { kind: 'valid', key: 'k' });
  assert.equal(parseIdempotencyKey([`a${blank}b`]).kind, 'invalid');
});
