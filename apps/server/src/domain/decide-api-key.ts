import { type ApiKey, isLive, rightsAnswer } from './api-key.ts';
import type { CreateApiKey, NoteApiKeyUses, RevokeApiKey, RotateApiKey } from './command.ts';
import { type Decision, done, type Moment, refused } from './decision.ts';
import type { Refusal } from './refusal.ts';
import type { View } from './view.ts';

export function createApiKey(command: CreateApiKey, view: View, moment: Moment): Decision {
  if (moment.gate !== undefined) return refused(moment.gate);
  const { key, digest, prefix, hasChecksum, tenant, label, expiresAtMs, rights } = command;
  if (expiresAtMs !== undefined && expiresAtMs <= moment.nowMs) {
    return refused({ code: 'already_expired', message: 'expiresAt is not ahead of the time here' });
  }
  // The edge draws another key and asks again: 32 bits are drawn twice now and then.
  if (view.apiKey(prefix) !== undefined) return refused(prefixTaken);
  const expiresAt = expiresAtMs ?? null;
  const made: ApiKey = {
    ...rights,
    digest,
    prefix,
    tenant,
    label,
    expiresAtMs,
    createdAtMs: moment.nowMs,
    revokedAtMs: undefined,
    lastUsedAtMs: undefined,
    hasChecksum,
  };
  return done(
    { status: 201, body: { key, label, prefix, tenant, expiresAt, ...rightsAnswer(rights) } },
    { apiKeys: [made] },
  );
}

/** The new key keeps tenant, label and rights, and does not expire; the old one does, and never later than it would have. */
export function rotateApiKey(command: RotateApiKey, view: View, moment: Moment): Decision {
  if (moment.gate !== undefined) return refused(moment.gate);
  const { made, graceMs, followedWithinMs } = command;
  const { nowMs } = moment;
  const old = view.apiKey(command.prefix);
  if (old === undefined || !isLive(old, nowMs)) return refused(unknownKey(command.prefix));
  if (view.apiKey(made.prefix) !== undefined) return refused(prefixTaken);
  const { tenant, label } = old;
  const { key, digest, prefix, hasChecksum } = made;
  const oldExpiresAtMs = Math.min(old.expiresAtMs ?? Number.POSITIVE_INFINITY, nowMs + graceMs);
  return done(
    {
      status: 201,
      body: {
        key,
        label,
        prefix,
        tenant,
        expiresAt: null,
        ...rightsAnswer(old),
        oldPrefix: old.prefix,
        oldExpiresAt: oldExpiresAtMs,
        effectiveWithinMs: followedWithinMs,
      },
    },
    {
      apiKeys: [
        { ...old, expiresAtMs: oldExpiresAtMs },
        {
          ...old,
          digest,
          prefix,
          hasChecksum,
          createdAtMs: nowMs,
          expiresAtMs: undefined,
          lastUsedAtMs: undefined,
        },
      ],
    },
  );
}

export function revokeApiKey(command: RevokeApiKey, view: View, moment: Moment): Decision {
  if (moment.gate !== undefined) return refused(moment.gate);
  const key = view.apiKey(command.prefix);
  if (key === undefined || key.revokedAtMs !== undefined) {
    return refused(unknownKey(command.prefix));
  }
  return done({ status: 204 }, { apiKeys: [{ ...key, revokedAtMs: moment.nowMs }] });
}

export function noteApiKeyUses({ uses }: NoteApiKeyUses): Decision {
  return done({ status: 204 }, { apiKeyUses: uses });
}

const prefixTaken: Refusal = { code: 'prefix_taken', message: 'prefix taken' };

function unknownKey(prefix: string): Refusal {
  return { code: 'not_found', message: `no API key has the prefix ${prefix}` };
}
