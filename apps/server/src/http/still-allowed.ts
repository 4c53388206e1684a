import { sha256 } from '@billonce/idempotency/core';
import { isLive } from '../domain/api-key.ts';
import type { Caller } from './caller.ts';
import type { Desk } from './desk.ts';

/** Whether the API key of a caller is still valid: a long answer must end once its key is revoked. */
export async function isStillAllowed(
  { apiKeyBooks, nowMs }: Pick<Desk, 'apiKeyBooks' | 'nowMs'>,
  { kind, presentedKey }: Caller,
): Promise<boolean> {
  if (kind !== 'tenant') return true;
  const key = await apiKeyBooks.apiKeyByDigest(sha256(presentedKey));
  return key !== undefined && isLive(key, nowMs());
}
