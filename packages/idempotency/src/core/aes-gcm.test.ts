import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deriveKey, seal, unseal } from './aes-gcm.ts';

const bytes = (text: string) => Buffer.from(text, 'hex');

// RFC 5869, appendix A.3: SHA-256, no salt, no info; the first 32 bytes of its output.
test('a derived key is that of RFC 5869', () => {
  const key = deriveKey(new Uint8Array(22).fill(0x0b), '');
  assert.equal(
    Buffer.from(key).toString('hex'),
    '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d',
  );
});

// The test vectors of the specification of GCM (McGrew and Viega), test case 16.
test('a text is a nonce, a tag and the ciphertext of AES-256-GCM', () => {
  const key = bytes('feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308');
  const nonce = 'cafebabefacedbaddecaf888';
  const tag = '76fc6ece0f4e1768cddf8853bb2d551b';
  const text =
    '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662';
  const plain =
    'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39';
  const opened = unseal(bytes(nonce + tag + text), key, bytes('feedfacedeadbeeffeedfacedeadbeefabaddad2'));
  assert.equal(Buffer.from(opened ?? '').toString('hex'), plain);
});

test('a text opens under its key, for its place, unchanged, and not otherwise', () => {
  const key = deriveKey('secret', 'one');
  const place = Buffer.from('place');
  const sealed = seal('text', key, place);
  assert.equal(Buffer.from(unseal(sealed, key, place) ?? '').toString(), 'text');
  assert.equal(unseal(sealed, deriveKey('secret', 'another'), place), undefined);
  assert.equal(unseal(sealed, key, Buffer.from('elsewhere')), undefined);
  for (let length = 0; length < sealed.byteLength; length++)
    assert.equal(unseal(sealed.subarray(0, length), key, place), undefined, `${length} bytes`);
  for (let at = 0; at < sealed.byteLength; at++) {
    const changed = Uint8Array.from(sealed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    assert.equal(unseal(changed, key, place), undefined, `byte ${at}`);
  }
});

test('every text has another nonce', () => {
  const key = deriveKey('secret', 'one');
  const nonces = Array.from({ length: 100 }, () =>
    Buffer.from(seal('text', key, key)).toString('hex', 0, 12),
  );
  assert.equal(new Set(nonces).size, nonces.length);
});
