import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;
const keyBytes = 32;

/**
 * Derives a key of 32 bytes from a secret, for one purpose. The salt is empty.
 *
 * A random nonce is safe for 2^32 texts under one key (NIST SP 800-38D, section 8.3). A key that is derived for one record or slot never
 * comes near that, so the secret never has to be rotated for its use.
 *
 * @see RFC 5869 (HKDF, with SHA-256)
 */
export function deriveKey(secret: string | Uint8Array, purpose: string | Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', purpose, keyBytes));
}

/**
 * Encrypts with AES-256-GCM under a random nonce. The result is 12 bytes of nonce, 16 bytes of tag, and the ciphertext.
 *
 * @param key 32 bytes
 * @param boundTo what the text belongs to: it opens with the same bytes only
 */
export function seal(plain: string | Uint8Array, key: Uint8Array, boundTo: Uint8Array): Uint8Array {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce).setAAD(boundTo);
  const text = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]);
}

/** The plain bytes; `undefined` if the text was changed, or the key or `boundTo` is another one. */
export function unseal(sealed: Uint8Array, key: Uint8Array, boundTo: Uint8Array): Uint8Array | undefined {
  const textAt = nonceBytes + tagBytes;
  if (sealed.byteLength < textAt) return undefined;
  const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  })
    .setAAD(boundTo)
    .setAuthTag(sealed.subarray(nonceBytes, textAt));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(textAt)), decipher.final()]);
  } catch {
    // GCM cannot say which of them is wrong.
    return undefined;
  }
}
