import { type ApiKey, type ApiKeyUse, isLive, type KeyRights, rightsAnswer } from '../api-key.ts';
import { type CommandRules, readsNothing, usually } from '../command-rules.ts';
import { type Decision, done, type Moment, refused } from '../decision.ts';
import type { Refusal } from '../refusal.ts';
import type { View } from '../view.ts';
import type { TenantWants } from '../wants.ts';

export interface CreateApiKey {
  readonly kind: 'create_api_key';
  /** the key itself: it goes into the answer, which is sealed, and nowhere else */
  readonly key: string;
  readonly digest: string;
  readonly prefix: string;
  readonly hasChecksum: boolean;
  readonly tenant: string;
  readonly label: string;
  readonly expiresAtMs: number | undefined;
  readonly rights: KeyRights;
}

/** Makes a key in the place of another one, which goes on being recognized for a while. */
export interface RotateApiKey {
  readonly kind: 'rotate_api_key';
  /** of the old key */
  readonly prefix: string;
  /** for how long the old one is still recognized, in milliseconds */
  readonly graceMs: number;
  /** within which time every instance knows until when the old one is recognized, in milliseconds */
  readonly followedWithinMs: number;
  readonly made: Pick<CreateApiKey, 'key' | 'digest' | 'prefix' | 'hasChecksum'>;
}

export interface RevokeApiKey {
  readonly kind: 'revoke_api_key';
  readonly prefix: string;
}

/** Which keys were used, and when: said by the worker, not by a caller. */
export interface NoteApiKeyUses {
  readonly kind: 'note_api_key_uses';
  readonly uses: readonly ApiKeyUse[];
}

const ofOneKey = {
  ...usually,
  reads: ({ prefix }: { readonly prefix: string }, wants: TenantWants) =>
    void wants.apiKeyPrefixes.add(prefix),
  idsMax: () => 0,
  changesTenant: () => true,
};

export const createApiKey: CommandRules<CreateApiKey> = { ...ofOneKey, decide: decideCreation };

/** The new key keeps tenant, label and rights, and does not expire; the old one does, and never later than it would have. */
export const rotateApiKey: CommandRules<RotateApiKey> = {
  ...ofOneKey,
  reads({ prefix, made }, wants) {
    wants.apiKeyPrefixes.add(prefix);
    wants.apiKeyPrefixes.add(made.prefix);
  },
  actsMax: () => 2,
  decide: decideRotation,
};

export const revokeApiKey: CommandRules<RevokeApiKey> = { ...ofOneKey, decide: decideRevocation };

export const noteApiKeyUses: CommandRules<NoteApiKeyUses> = {
  ...usually,
  isGated: false,
  reads: readsNothing,
  idsMax: () => 0,
  actsMax: () => 0,
  changesTenant: () => true,
  decide: ({ uses }) => done({ status: 204 }, { apiKeyUses: uses }),
};

function decideCreation(command: CreateApiKey, view: View, moment: Moment): Decision {
  const { key, digest, prefix, hasChecksum, tenant, label, expiresAtMs, rights } = command;
  if (expiresAtMs !== undefined && expiresAtMs <= moment.nowMs) {
    return refused({ code: 'already_expired', message: 'expiresAt must be in the future' });
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

function decideRotation(command: RotateApiKey, view: View, moment: Moment): Decision {
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

function decideRevocation(command: RevokeApiKey, view: View, moment: Moment): Decision {
  const key = view.apiKey(command.prefix);
  if (key === undefined || key.revokedAtMs !== undefined) {
    return refused(unknownKey(command.prefix));
  }
  return done({ status: 204 }, { apiKeys: [{ ...key, revokedAtMs: moment.nowMs }] });
}

const prefixTaken: Refusal = { code: 'prefix_taken', message: 'prefix taken' };

function unknownKey(prefix: string): Refusal {
  return { code: 'not_found', message: `no API key has the prefix ${prefix}` };
}
