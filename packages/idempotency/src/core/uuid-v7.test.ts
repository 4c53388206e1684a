import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatUuidV7, uuidV7TimeMs } from './uuid-v7.ts';

const example = '017f22e2-79b0-7cc3-98c4-dc0c0c07398f';

test('a UUIDv7 is written as in the example of RFC 9562, and its time is read back', () => {
  // Appendix A.6: 22 February 2022, 19:22:22 UTC.
  assert.equal(formatUuidV7(0x017f22e279b0, 0xcc3, 0x18c4, 'dc0c0c07398f'), example);
  assert.equal(uuidV7TimeMs(example), Date.UTC(2022, 1, 22, 19, 22, 22));
  assert.equal(uuidV7TimeMs(example.toUpperCase()), 0x017f22e279b0);
});

test('times and numbers with leading zeros keep their places', () => {
  assert.equal(formatUuidV7(1, 2, 3, '00000000000f'), '00000000-0001-7002-8003-00000000000f');
  assert.equal(uuidV7TimeMs('00000000-0001-7002-8003-00000000000f'), 1);
});

test('another version, variant, length or character is no UUIDv7', () => {
  for (const other of [
    example.replace('-7cc3', '-4cc3'),
    example.replace('-98', '-78'),
    example.replace('-98', '-c8'),
    `${example}0`,
    `0${example}`,
    example.slice(1),
    example.replace('017f', '017g'),
    example.replace('7cc3', '7ccz'),
    example.replace('98c4', '98cz'),
    example.replace('dc0c', 'dc0z'),
    example.replaceAll('-', '_'),
    `${example.slice(0, 35)}z`,
    '',
  ]) {
    assert.equal(uuidV7TimeMs(other), undefined, other);
  }
  for (const variant of ['8', '9', 'a', 'b']) {
    assert.equal(uuidV7TimeMs(example.replace('-98', `-${variant}8`)), 0x017f22e279b0);
  }
});
