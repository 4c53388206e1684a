import assert from 'node:assert/strict';
import { createCipheriv } from 'node:crypto';
import { test } from 'node:test';
import { decrypt, encrypt } from './encryption.ts';

const key = '7c'.repeat(32);

test('a text can be opened with its key and its place only', () => {
  const sealed = encrypt('a secret', key, 'record 1');
  assert.equal(decrypt(sealed, key, 'record 1'), 'a secret');
  assert.equal(decrypt(sealed, key, 'record 2'), undefined);
  assert.equal(decrypt(sealed, '7d'.repeat(32), 'record 1'), undefined);
  assert.equal(decrypt(sealed.subarray(0, 20), key, 'record 1'), undefined);
  assert.equal(decrypt(Uint8Array.from(sealed).fill(0, 30, 31), key, 'record 1'), undefined);
});

test('a text that an earlier version encrypted still opens', () => {
  const sealed = '33705c741a1b0b15bb36eb87d7628e12eb20f323e30d9583d5594574b57fe458c9cdd5dc';
  assert.equal(decrypt(Buffer.from(sealed, 'hex'), key, 'record 1'), 'a secret');
});

test('a text that an earlier version encrypted with the configured key itself can still be opened', () => {
  const nonce = Buffer.alloc(12, 3);
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(key, 'hex'), nonce).setAAD(
    Buffer.from('record 1'),
  );
  const text = Buffer.concat([cipher.update('a secret'), cipher.final()]);
  const sealed = Buffer.concat([nonce, cipher.getAuthTag(), text]);
  assert.equal(decrypt(sealed, key, 'record 1'), 'a secret');
  assert.equal(decrypt(sealed, key, 'record 2'), undefined);
});

test('the configured key itself encrypts nothing: each record has a derived key', () => {
  const sealed = Buffer.from(encrypt('a secret', key, 'record 1'));
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(key, 'hex'), sealed.subarray(0, 12));
  cipher.setAAD(Buffer.from('record 1'));
  const text = Buffer.concat([cipher.update('a secret'), cipher.final()]);
  assert.notDeepEqual(sealed.subarray(28), text);
});
