import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyDigest, sha256 } from './digest.ts';
import { uuidV7TimeMs } from './uuid-v7.ts';

const v7 = '017F22E2-79B0-7CC3-98C4-DC0C0C07398F';

test('the time is read from a UUIDv7 (RFC 9562, appendix A.6), and from nothing else', () => {
  assert.equal(uuidV7TimeMs(v7), 1_645_557_742_000);
  assert.equal(uuidV7TimeMs(v7.replace('-7CC3', '-4CC3')), undefined);
  assert.equal(uuidV7TimeMs(v7.replace('-98', '-c8')), undefined);
  assert.equal(uuidV7TimeMs(v7.replaceAll('-', '')), undefined);
  assert.equal(uuidV7TimeMs(`${v7}0`), undefined);
});

test('a digest has 16 bytes; that of a UUIDv7 begins with its time, every other one with ff', () => {
  assert.match(keyDigest('a'), /^ff[0-9a-f]{30}$/);
  assert.match(keyDigest(v7), /^017f22e279b0[0-9a-f]{20}$/);
  assert.notEqual(keyDigest('a'), keyDigest('b'));
});

test('SHA-256 matches the standard (FIPS 180-4, "abc")', () => {
  assert.equal(sha256('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
