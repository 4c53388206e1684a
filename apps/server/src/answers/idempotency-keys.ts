import { timestampOfMs } from '../domain/timestamps.ts';
import type { ReplyOf } from './reply.ts';

/** What is kept of an idempotency key. */
interface KeptKey {
  readonly isRemembered: boolean;
  readonly firstSeenAtMs: number;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly location: string | undefined;
  readonly expiresAtMs: number;
}

export function keyStateReply(key: KeptKey): ReplyOf<'readKeyState'> {
  const { isRemembered, firstSeenAtMs, method, path, status, location, expiresAtMs } = key;
  return {
    status: 200,
    body: {
      state: isRemembered ? 'remembered' : 'tombstone',
      firstSeenAt: timestampOfMs(firstSeenAtMs),
      method,
      path,
      status,
      location,
      expiresAt: timestampOfMs(expiresAtMs),
    },
  };
}
