import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bytes, digitsOf, uuidBytes } from './columns.ts';

test('a UUID is stored as the bytes of its hexadecimal digits, in upper or lower case', () => {
  fc.assert(
    fc.property(fc.uuid(), fc.boolean(), (id, isUpper) => {
      const sent = isUpper ? id.toUpperCase() : id;
      assert.deepEqual([...uuidBytes(sent)], [...Buffer.from(id.replaceAll('-', ''), 'hex')]);
    }),
  );
});

test('a text that is not a UUID is stored as the bytes of its hexadecimal digits', () => {
  const texts = fc.oneof(
    fc.constant(''),
    fc.string({ minLength: 36, maxLength: 36 }),
    fc.constantFrom('\u20ac'.repeat(36), '\u00e4'.repeat(36), `\ud800${'a'.repeat(35)}`),
    fc.string({ maxLength: 40 }),
  );
  fc.assert(
    fc.property(texts, (text) => {
      assert.deepEqual([...uuidBytes(text)], [...bytes(digitsOf(text))]);
    }),
  );
});
