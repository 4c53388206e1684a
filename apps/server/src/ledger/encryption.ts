import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** Keys under which stored answers and secrets are encrypted at rest. The first one encrypts; all of them decrypt. */
export type AtRestKeys = readonly AtRestKey[];

export interface AtRestKey {
  readonly id: string;
  /** 32 bytes as 64 hexadecimal digits */
  readonly key: string;
}

const nonceBytes = 12;
const tagBytes = 16;
const keyBytes = 32;

/**
 * Encrypts with AES-256-GCM, under a key that is derived for what it belongs to: a random nonce is safe for 2^32 texts under one
 * key (NIST SP 800-38D, section 8.3), and no record comes near that. So a configured key never has to be rotated for its use.
 */
export function encrypt(plain: string | Uint8Array, key: string, boundTo: string): Uint8Array {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', derivedKey(key, boundTo), nonce).setAAD(Buffer.from(boundTo));
  const sealed = Buffer.concat([cipher.update(Buffer.from(plain)), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

/** The plain text; `undefined` when key, place and text do not belong together. */
export function decrypt(sealed: Uint8Array, key: string, boundTo: string): string | undefined {
  return decryptBytes(sealed, key, boundTo)?.toString();
}

/** The plain bytes; `undefined` when key, place and text do not belong together. */
export function decryptBytes(sealed: Uint8Array, key: string, boundTo: string): Buffer | undefined {
  // Earlier versions encrypted under the configured key itself.
  return (
    decryptWith(derivedKey(key, boundTo), sealed, boundTo) ??
    decryptWith(Buffer.from(key, 'hex'), sealed, boundTo)
  );
}

/** HKDF-SHA-256 (RFC 5869). */
function derivedKey(key: string, boundTo: string): Uint8Array {
  return new Uint8Array(
    hkdfSync('sha256', Buffer.from(key, 'hex'), '', `billonce at rest ${boundTo}`, keyBytes),
  );
}

function decryptWith(key: Uint8Array, sealed: Uint8Array, boundTo: string): Buffer | undefined {
  const bytes = Buffer.from(sealed);
  const nonce = bytes.subarray(0, nonceBytes);
  const tag = bytes.subarray(nonceBytes, nonceBytes + tagBytes);
  if (tag.length !== tagBytes) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
    .setAAD(Buffer.from(boundTo))
    .setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]);
  } catch {
    // GCM says only that key, record and text do not belong together.
    return undefined;
  }
}
