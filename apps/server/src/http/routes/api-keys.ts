import { bounds } from '@billonce/contract';
import { sha256 } from '@billonce/idempotency/core';
import { apiKeysReply } from '../../answers/api-keys.ts';
import { apiKeyPrefixLength, type Scope } from '../../domain/api-key.ts';
import type { CreateApiKey } from '../../domain/commands/api-keys.ts';
import { adminTenant } from '../../domain/tenant.ts';
import { instantMs } from '../../domain/timestamps.ts';
import type { Outcome } from '../../ledger/submission.ts';
import { ApiError } from '../api-error.ts';
import { hasChecksum, newApiKey } from '../api-key-form.ts';
import { encodeCursor, nameCursor } from '../cursor.ts';
import type { Desk } from '../desk.ts';
import type { HandlersOf, WrittenReply } from '../router.ts';
import { followedWithinMs } from '../runtime-settings.ts';
import type { UncheckedKeys } from '../unchecked-keys.ts';
import { answered } from '../write.ts';

/** A new key whose prefix is taken is drawn again; 32 bits are rarely taken twice in a row. */
const drawsMax = 8;

export function apiKeysRoutes({ writes, reads, drawSecret }: Desk, uncheckedKeys: UncheckedKeys) {
  return {
    createApiKey: async (call) => {
      const key = writes.keyUse(call, true);
      const submit = () => writes.submit(call, adminTenant, createCommand(call.body, drawSecret), key);
      if (call.body.key === undefined) return await withFreePrefix(submit);
      try {
        return orTaken(await submit());
      } finally {
        uncheckedKeys.forget();
      }
    },

    rotateApiKey: async (call) => {
      const { graceMs = bounds.graceMsDefault } = call.query;
      const { prefix } = call.params;
      const key = writes.keyUse(call, true);
      return await withFreePrefix(() => {
        const made = newKey(drawSecret);
        return writes.submit(
          call,
          adminTenant,
          { kind: 'rotate_api_key', prefix, graceMs, followedWithinMs, made },
          key,
        );
      });
    },

    listApiKeys: async (call) => {
      const { cursor, offset = 0, limit = 1_000, includeRevoked } = call.query;
      const { keys, total } = await reads.page(call, 'listApiKeys', {
        after: nameCursor(cursor),
        limit: limit + 1,
        offset: cursor === undefined ? offset : 0,
        includesRevoked: includeRevoked === 'true',
      });
      const items = keys.slice(0, limit);
      const last = items.at(-1);
      const hasMore = keys.length > limit;
      const nextCursor = hasMore && last !== undefined ? encodeCursor('name', last.prefix) : null;
      return apiKeysReply(items, total, { nextCursor, hasMore });
    },

    revokeApiKey: async (call) => {
      const { prefix } = call.params;
      const reply = await writes.write(call, adminTenant, { kind: 'revoke_api_key', prefix });
      // The answer has no body that could say it.
      const headers = [...(reply.headers ?? []), ['effective-within-ms', String(followedWithinMs)] as const];
      return { ...reply, headers };
    },
  } satisfies HandlersOf<'api-keys'>;
}

/** Submits again, each time with a new key, while the prefix of the key is taken. */
async function withFreePrefix(submit: () => Promise<Outcome>): Promise<WrittenReply> {
  let outcome = await submit();
  for (let draw = 1; draw < drawsMax; draw++) {
    if (outcome.kind !== 'refused' || outcome.refusal.code !== 'prefix_taken') break;
    outcome = await submit();
  }
  return answered(outcome);
}

/** A key that the operator brings along cannot be drawn again. */
function orTaken(outcome: Outcome): WrittenReply {
  if (outcome.kind === 'refused' && outcome.refusal.code === 'prefix_taken') {
    throw new ApiError(
      'api_key_exists',
      'an API key with the first twelve characters of this one exists or existed',
    );
  }
  return answered(outcome);
}

function newKey(
  drawSecret: () => string,
  key = newApiKey(drawSecret()),
): Pick<CreateApiKey, 'key' | 'digest' | 'prefix' | 'hasChecksum'> {
  return {
    key,
    digest: sha256(key),
    prefix: key.slice(0, apiKeyPrefixLength),
    hasChecksum: hasChecksum(key),
  };
}

interface WantedKey {
  readonly label: string;
  readonly key?: string;
  readonly tenant?: string;
  readonly expiresAt?: string;
  readonly scopes?: readonly Scope[];
  readonly agent?: string;
  readonly serviceId?: string;
  readonly allowedAddresses?: readonly string[];
}

function createCommand(wanted: WantedKey, drawSecret: () => string): CreateApiKey {
  const { label, key, tenant, expiresAt, scopes, agent, serviceId, allowedAddresses } = wanted;
  return {
    kind: 'create_api_key',
    ...newKey(drawSecret, key),
    expiresAtMs: expiresAt === undefined ? undefined : instantMs(expiresAt),
    // A new tenant unless one is named.
    tenant: tenant ?? `tenant-${drawSecret().slice(0, 16)}`,
    label,
    rights: { scopes, agent, serviceId, allowedAddresses },
  };
}
