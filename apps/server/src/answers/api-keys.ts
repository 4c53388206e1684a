import { type ApiKey, rightsShown } from '../domain/api-key.ts';
import type { ApiKeyCreated, ApiKeyRevoked, ApiKeyRotated } from '../domain/commands/api-keys.ts';
import { timestampOfMs, timestampOrNull } from '../domain/timestamps.ts';
import type { PageEnd } from './paging.ts';
import type { BodyOf, ItemOf, ReplyOf } from './reply.ts';

export const apiKeysAnswers = {
  api_key_created: ({ key, made }: ApiKeyCreated): ReplyOf<'createApiKey'> => ({
    status: 201,
    body: newKeyBody(key, made),
  }),

  api_key_rotated: ({
    key,
    made,
    oldPrefix,
    oldExpiresAtMs,
    followedWithinMs,
  }: ApiKeyRotated): ReplyOf<'rotateApiKey'> => ({
    status: 201,
    body: {
      ...newKeyBody(key, made),
      oldPrefix,
      oldExpiresAt: timestampOfMs(oldExpiresAtMs),
      effectiveWithinMs: followedWithinMs,
    },
  }),

  api_key_revoked: (_: ApiKeyRevoked): ReplyOf<'revokeApiKey'> => ({ status: 204 }),
};

/** A new key, with the secret that is shown once. */
function newKeyBody(
  key: string,
  { label, prefix, tenant, expiresAtMs, ...made }: ApiKey,
): BodyOf<'createApiKey'> {
  const { scopes, agent, serviceId, allowedAddresses } = rightsShown(made);
  const expiresAt = timestampOrNull(expiresAtMs);
  return { key, label, prefix, tenant, expiresAt, scopes, agent, serviceId, allowedAddresses };
}

export function apiKeysReply(
  keys: readonly ApiKey[],
  total: number,
  { nextCursor, hasMore }: PageEnd,
): ReplyOf<'listApiKeys'> {
  return { status: 200, body: { items: keys.map(listedKey), total, nextCursor, hasMore } };
}

function listedKey(key: ApiKey): ItemOf<'listApiKeys'> {
  const { prefix, label, tenant, createdAtMs, expiresAtMs, revokedAtMs, lastUsedAtMs } = key;
  const { scopes, agent, serviceId, allowedAddresses } = rightsShown(key);
  return {
    prefix,
    label,
    tenant,
    createdAt: createdAtMs,
    createdTimestamp: timestampOfMs(createdAtMs),
    expiresAt: timestampOrNull(expiresAtMs),
    revokedAt: timestampOrNull(revokedAtMs),
    lastUsedAt: timestampOrNull(lastUsedAtMs),
    scopes,
    agent,
    serviceId,
    allowedAddresses,
  };
}
