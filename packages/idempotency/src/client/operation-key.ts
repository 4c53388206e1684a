import { parseIdempotencyKey } from '../core/idempotency-key.ts';
import type { FetchSettings } from './fetch-options.ts';
import { IdempotentFetchError } from './idempotent-fetch-error.ts';
import { newUuidV7 } from './new-uuid-v7.ts';

/** The key of an operation, as its header value. */
export interface OperationKey {
  readonly key: string;
  /** the value of `Idempotency-Key` */
  readonly fieldValue: string;
  /** whether the caller chose it */
  readonly isGiven: boolean;
}

/** The header of the key. */
export const keyHeader = 'idempotency-key';

/**
 * The key that the caller passed, as a header or as `idempotencyKey`, otherwise a new UUIDv7.
 *
 * @throws {IdempotentFetchError} `invalid_idempotency_key`
 */
export function chooseKey(
  headers: Headers,
  idempotencyKey: string | undefined,
  settings: FetchSettings,
): OperationKey {
  const header = headers.get(keyHeader);
  if (header === null) {
    const key = idempotencyKey ?? newUuidV7(settings.clock, settings.random);
    return { ...spellKey(key, settings), isGiven: idempotencyKey !== undefined };
  }
  const parsed = parseIdempotencyKey([header]);
  if (parsed.kind !== 'valid')
    throw invalidKey(parsed.kind === 'invalid' ? parsed.reason : 'the header is empty');
  if (idempotencyKey !== undefined && idempotencyKey !== parsed.key) {
    throw invalidKey('the Idempotency-Key header differs from idempotencyKey');
  }
  // The header keeps the spelling of the caller.
  return { key: parsed.key, fieldValue: header, isGiven: true };
}

/**
 * Spells a key that is not from a header.
 *
 * @throws {IdempotentFetchError} `invalid_idempotency_key` if the receiver would not read it as this key
 */
export function spellKey(key: string, { keySpelling }: Pick<FetchSettings, 'keySpelling'>): OperationKey {
  const fieldValue = keySpelling === 'structured' ? `"${key.replace(/["\\]/g, '\\$&')}"` : key;
  const parsed = parseIdempotencyKey([fieldValue]);
  if (parsed.kind === 'invalid') throw invalidKey(parsed.reason);
  if (parsed.kind === 'absent' || parsed.key !== key) {
    throw invalidKey('the key needs quotes: send it with keySpelling structured');
  }
  return { key, fieldValue, isGiven: false };
}

function invalidKey(reason: string): IdempotentFetchError {
  return new IdempotentFetchError('invalid_idempotency_key', `Idempotency-Key: ${reason}; nothing was sent`);
}
