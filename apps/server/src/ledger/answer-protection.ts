import { hkdfSync } from 'node:crypto';
import type { KeptResponse } from '@billonce/idempotency/core';
import { type AtRestKeys, decrypt, encrypt } from './encryption.ts';
import type { Protection, StoredAnswer } from './storage-port.ts';

/** What an answer is protected with: the caller's own key for a secret, else the keys at rest, else nothing. */
export interface ProtectionKeys {
  readonly sealingKey: string | undefined;
  readonly atRest: AtRestKeys;
}

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
