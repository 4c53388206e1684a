import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { deriveKey, type KeptResponse } from '@billonce/idempotency/core';
import { type AtRestKeys, decryptBytes, encrypt } from './encryption.ts';
import type { Encryption, StoredAnswer } from './storage-port.ts';

/** A body of this size or more is deflated: the results of a bulk's items repeat the same words. */
const deflatedFromBytes = 1_024;
/** The most that a stored body is inflated to: no answer of ours is larger. */
const inflatedBytesMax = 256 * 1_024 ** 2;

/** The keys that protect an answer: the caller's own key for a secret, otherwise the keys at rest, if any. */
export interface ProtectionKeys {
  readonly sealingKey: string | undefined;
  readonly atRest: AtRestKeys;
}

/**
 * Derives the key that seals an answer with a secret. It comes from what only the caller can present again; neither
 * that nor the key is stored.
 */
export function sealingKey(presentedApiKey: string, idempotencyKey: string): string {
  const secret = `${presentedApiKey.length}:${presentedApiKey}${idempotencyKey}`;
  return Buffer.from(deriveKey(secret, 'billonce sealed answer')).toString('hex');
}

/** Prepares an answer for storage. It is bound to the name of its record, so that it cannot be moved to another. */
export function protectAnswer(
  response: KeptResponse,
  expiresAtMs: number,
  recordName: string,
  keys: ProtectionKeys,
): StoredAnswer {
  const { status, headers } = response;
  const [active] = keys.atRest;
  const { body: compact, how } = deflated(response.body);
  if (keys.sealingKey !== undefined) {
    const body = encrypt(response.body, keys.sealingKey, recordName);
    return { status, headers, body, protection: 'sealed', expiresAtMs };
  }
  if (active !== undefined) {
    const body = encrypt(compact, active.key, recordName);
    return { status, headers, body, protection: `${how}at-rest:${active.id}`, expiresAtMs };
  }
  return { status, headers, body: compact, protection: `${how}plain`, expiresAtMs };
}

/**
 * The shorter form of a body. A refused item of two bytes has a result of a hundred bytes, which would otherwise make
 * the file grow.
 */
function deflated(body: string | Uint8Array): {
  readonly body: string | Uint8Array;
  readonly how: '' | 'deflated ';
} {
  if (body.length < deflatedFromBytes || typeof body !== 'string') return { body, how: '' };
  const fewer = deflateRawSync(body, { level: 3 });
  return fewer.byteLength < body.length / 2 ? { body: fewer, how: 'deflated ' } : { body, how: '' };
}

/** Opens a stored answer; `undefined` if none of the keys opens it, and then it counts as gone. */
export function openAnswer(
  answer: StoredAnswer,
  recordName: string,
  keys: ProtectionKeys,
): KeptResponse | undefined {
  const { status, headers, body } = answer;
  const { encryption, isDeflated } = parseProtection(answer.protection);
  if (encryption === 'plain' && !isDeflated) return { status, headers, body };
  if (typeof body === 'string') return undefined;
  const opened = encryption === 'plain' ? body : decrypted(body, encryption, recordName, keys);
  if (opened === undefined) return undefined;
  const bytes = isDeflated ? inflateRawSync(opened, { maxOutputLength: inflatedBytesMax }) : opened;
  return { status, headers, body: Buffer.from(bytes).toString() };
}

function parseProtection(protection: StoredAnswer['protection']) {
  const isDeflated = protection.startsWith('deflated ');
  const encryption = isDeflated ? protection.slice('deflated '.length) : protection;
  return { isDeflated, encryption };
}

function decrypted(
  body: Uint8Array,
  encryption: string,
  recordName: string,
  keys: ProtectionKeys,
): Uint8Array | undefined {
  const key =
    encryption === ('sealed' satisfies Encryption)
      ? keys.sealingKey
      : keys.atRest.find(({ id }) => encryption === `at-rest:${id}`)?.key;
  return key === undefined ? undefined : decryptBytes(body, key, recordName);
}
