import { deriveKey, seal, unseal } from '@billonce/idempotency/core';

/** Keys with which stored answers and secrets are encrypted at rest. The first one encrypts; all of them decrypt. */
export type AtRestKeys = readonly AtRestKey[];

export interface AtRestKey {
  readonly id: string;
  /** 32 bytes as 64 hexadecimal digits */
  readonly key: string;
}

/** Encrypts under a key that is derived for what the text belongs to, so that a configured key never has to be rotated for its use. */
export function encrypt(plain: string | Uint8Array, key: string, boundTo: string): Uint8Array {
  return seal(plain, keyFor(key, boundTo), Buffer.from(boundTo));
}

/** The plain text; `undefined` if key, place and text do not belong together. */
export function decrypt(sealed: Uint8Array, key: string, boundTo: string): string | undefined {
  const bytes = decryptBytes(sealed, key, boundTo);
  return bytes && Buffer.from(bytes).toString();
}

/** The plain bytes; `undefined` if key, place and text do not belong together. */
export function decryptBytes(sealed: Uint8Array, key: string, boundTo: string): Uint8Array | undefined {
  const place = Buffer.from(boundTo);
  // Earlier versions encrypted with the configured key itself.
  return unseal(sealed, keyFor(key, boundTo), place) ?? unseal(sealed, Buffer.from(key, 'hex'), place);
}

function keyFor(key: string, boundTo: string): Uint8Array {
  return deriveKey(Buffer.from(key, 'hex'), `billonce at rest ${boundTo}`);
}
