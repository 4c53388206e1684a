import { keyDigest } from '@billonce/idempotency/core';
import { keyStateReply } from '../../answers/idempotency-keys.ts';
import { ApiError } from '../api-error.ts';
import { type Desk, tenantOf } from '../desk.ts';
import type { HandlersOf } from '../router.ts';
import { readKey } from '../write.ts';

export function idempotencyKeysRoutes({ books, config, nowMs, view }: Desk) {
  return {
    readKeyState: async (call) => {
      const key = readKey(call.request);
      if (key === undefined) throw new ApiError('idempotency_key_required', 'send the key to look for');
      const named = { tenant: tenantOf(call), scope: call.caller.scope, digest: keyDigest(key) };
      const facts = await books.keyFacts(named);
      if (facts === undefined) {
        throw new ApiError(
          'not_seen',
          'no completed request has this key; one may still be running: resend it with the same key to be sure',
        );
      }
      const { answerExpiresAtMs, firstSeenAtMs, method, path, status, location } = facts;
      const isRemembered = answerExpiresAtMs !== undefined && nowMs() < answerExpiresAtMs;
      const expiresAtMs = isRemembered ? answerExpiresAtMs : firstSeenAtMs + config.retentionMs;
      const retries = await view.retriesOf(named.tenant, named);
      return keyStateReply({
        isRemembered,
        firstSeenAtMs,
        method,
        path,
        status,
        location,
        expiresAtMs,
        retries,
      });
    },
  } satisfies HandlersOf<'idempotency-keys'>;
}
