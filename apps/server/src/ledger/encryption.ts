import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Keys under which stored answers and secrets are encrypted at rest. The first one encrypts; all of them decrypt. */
export type AtRestKeys = readonly AtRestKey[];

export interface AtRestKey {
  readonly id: string;
  /** 32 bytes as 64 hexadecimal digits */
  readonly key: string;
}

const nonceBytes = 12;
const tagBytes = 16;

/** Encrypts with AES-256-GCM; what it belongs to is bound to it, so that it cannot be moved elsewhere. */
export function encrypt(plain: string | Uint8Array, key: string, boundTo: string): Uint8Array {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(key, 'hex'), nonce).setAAD(Buffer.from(boundTo));
  const sealed = Buffer.concat([cipher.update(Buffer.from(plain)), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

/** The plain text; `undefined` when key, place and text do not belong together. */
export function decrypt(sealed: Uint8Array, key: string, boundTo: string): string | undefined {
  const bytes = Buffer.from(sealed);
  const nonce = bytes.subarray(0, nonceBytes);
  const tag = bytes.subarray(nonceBytes, nonceBytes + tagBytes);
  if (tag.length !== tagBytes) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', Buffer.from(key, 'hex'), nonce, {
    authTagLength: tagBytes,
  })
    .setAAD(Buffer.from(boundTo))
    .setAuthTag(tag);
  try {
    return Buffer.concat([
      decipher.update(bytes.subarray(nonceBytes + tagBytes)),
      decipher.final(),
    ]).toString();
  } catch {
    // GCM says only that key, record and text do not belong together.
    return undefined;
  }
}
