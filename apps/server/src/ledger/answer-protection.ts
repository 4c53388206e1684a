import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { KeptResponse } from '@billonce/idempotency/core';
import type { Protection, StoredAnswer } from './storage-port.ts';

/** Keys under which stored answers are encrypted at rest. The first one encrypts; all of them decrypt. */
export type AtRestKeys = readonly AtRestKey[];

export interface AtRestKey {
  readonly id: string;
  /** 32 bytes as 64 hexadecimal digits */
  readonly key: string;
}

/** What an answer is protected with: the caller's own key for a secret, else the keys at rest, else nothing. */
export interface ProtectionKeys {
  readonly sealingKey: string | undefined;
  readonly atRest: AtRestKeys;
}

const nonceBytes = 12;
const tagBytes = 16;

/**
 * Derives the key that seals an answer which shows a secret from what only its caller can present again.
 * Neither of the two is stored. HKDF-SHA-256 (RFC 5869).
 */
export function sealingKey(presentedApiKey: string, idempotencyKey: string): string {
  const secret = `${presentedApiKey.length}:${presentedApiKey}${idempotencyKey}`;
  return Buffer.from(hkdfSync('sha256', secret, '', 'billonce sealed answer', 32)).toString('hex');
}

/** Prepares an answer for storage. The name of its record is bound to it, so that it cannot be moved to another. */
export function protectAnswer(
  response: KeptResponse,
  expiresAtMs: number,
  recordName: string,
  keys: ProtectionKeys,
): StoredAnswer {
  const { status, headers } = response;
  const [active] = keys.atRest;
  if (keys.sealingKey !== undefined) {
    const body = encrypt(response.body, keys.sealingKey, recordName);
    return { status, headers, body, protection: 'sealed', expiresAtMs };
  }
  if (active !== undefined) {
    const body = encrypt(response.body, active.key, recordName);
    return { status, headers, body, protection: `at-rest:${active.id}`, expiresAtMs };
  }
  return { status, headers, body: response.body, protection: 'plain', expiresAtMs };
}

/** Opens a stored answer; `undefined` when the keys at hand do not open it, and then it counts as gone. */
export function openAnswer(
  answer: StoredAnswer,
  recordName: string,
  keys: ProtectionKeys,
): KeptResponse | undefined {
  const { status, headers, body } = answer;
  if (answer.protection === 'plain') return { status, headers, body };
  const key = keyFor(answer.protection, keys);
  if (key === undefined || typeof body === 'string') return undefined;
  const opened = decrypt(body, key, recordName);
  return opened === undefined ? undefined : { status, headers, body: opened };
}

function keyFor(protection: Exclude<Protection, 'plain'>, keys: ProtectionKeys): string | undefined {
  if (protection === 'sealed') return keys.sealingKey;
  return keys.atRest.find((key) => protection === `at-rest:${key.id}`)?.key;
}

function encrypt(body: string | Uint8Array, key: string, recordName: string): Uint8Array {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(key, 'hex'), nonce).setAAD(
    Buffer.from(recordName),
  );
  const sealed = Buffer.concat([cipher.update(Buffer.from(body)), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

function decrypt(sealed: Uint8Array, key: string, recordName: string): string | undefined {
  const bytes = Buffer.from(sealed);
  const nonce = bytes.subarray(0, nonceBytes);
  const tag = bytes.subarray(nonceBytes, nonceBytes + tagBytes);
  if (tag.length !== tagBytes) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', Buffer.from(key, 'hex'), nonce, {
    authTagLength: tagBytes,
  })
    .setAAD(Buffer.from(recordName))
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
