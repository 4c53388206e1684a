import type { RetriesOfKey } from '../domain/key-retries.ts';
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
  readonly retries: RetriesOfKey;
}

export function keyStateReply(key: KeptKey): ReplyOf<'readKeyState'> {
  const { isRemembered, firstSeenAtMs, method, path, status, location, expiresAtMs, retries } = key;
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
      retries: retriesBody(retries),
    },
  };
}

function retriesBody({ sinceMs, replayed, conflict, expired, last }: RetriesOfKey) {
  const newestFirst = last.toReversed();
  return {
    since: timestampOfMs(sinceMs),
    replayed,
    conflict,
    expired,
    last: newestFirst.map(({ atMs, outcome }) => ({ at: timestampOfMs(atMs), outcome })),
  };
}
