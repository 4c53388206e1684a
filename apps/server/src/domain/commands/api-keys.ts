import { type ApiKey, type ApiKeyUse, isLive, type KeyRights } from '../api-key.ts';
import { type CommandRules, type RulesOf, readsNothing, usually } from '../command-rules.ts';
import { type Decision, done, type Moment, refused } from '../decision.ts';
import type { Refusal } from '../refusal.ts';
import type { View } from '../view.ts';
import type { TenantWants } from '../wants.ts';

export interface CreateApiKey {
  readonly kind: 'create_api_key';
  /** the key itself: it is only in the answer, which is sealed */
  readonly key: string;
  readonly digest: string;
  readonly prefix: string;
  readonly hasChecksum: boolean;
  readonly tenant: string;
  readonly label: string;
  readonly expiresAtMs: number | undefined;
  readonly rights: KeyRights;
}

/** Creates a key that replaces another one, which stays valid for a while. */
export interface RotateApiKey {
  readonly kind: 'rotate_api_key';
  /** of the old key */
  readonly prefix: string;
  /** for how long the old one is still recognized, in milliseconds */
  readonly graceMs: number;
  /** the time within which every instance knows when the old key expires, in milliseconds */
  readonly followedWithinMs: number;
  readonly made: Pick<CreateApiKey, 'key' | 'digest' | 'prefix' | 'hasChecksum'>;
}

export interface RevokeApiKey {
  readonly kind: 'revoke_api_key';
  readonly prefix: string;
}

/** Which keys were used, and when: reported by the worker, not by a caller. */
export interface NoteApiKeyUses {
  readonly kind: 'note_api_key_uses';
  readonly uses: readonly ApiKeyUse[];
}

export type ApiKeysCommand = CreateApiKey | RotateApiKey | RevokeApiKey | NoteApiKeyUses;

export interface ApiKeyCreated {
  readonly kind: 'api_key_created';
  /** the key itself */
  readonly key: string;
  readonly made: ApiKey;
}

export interface ApiKeyRotated {
  readonly kind: 'api_key_rotated';
  /** the new key itself */
  readonly key: string;
  readonly made: ApiKey;
  readonly oldPrefix: string;
  readonly oldExpiresAtMs: number;
  readonly followedWithinMs: number;
}

export interface ApiKeyRevoked {
  readonly kind: 'api_key_revoked';
}

export interface ApiKeyUsesNoted {
  readonly kind: 'api_key_uses_noted';
}

const ofOneKey = {
  ...usually,
  reads: ({ prefix }: { readonly prefix: string }, wants: TenantWants) =>
    void wants.apiKeyPrefixes.add(prefix),
  idsMax: () => 0,
  changesTenant: () => true,
};

const createApiKey: CommandRules<CreateApiKey, ApiKeyCreated> = { ...ofOneKey, decide: decideCreation };

/**
 * The new key has the tenant, label and rights of the old one, and does not expire. The old key expires, never later
 * than it would have without the rotation.
 */
const rotateApiKey: CommandRules<RotateApiKey, ApiKeyRotated> = {
  ...ofOneKey,
  reads({ prefix, made }, wants) {
    wants.apiKeyPrefixes.add(prefix);
    wants.apiKeyPrefixes.add(made.prefix);
  },
  actsMax: () => 2,
  decide: decideRotation,
};

const revokeApiKey: CommandRules<RevokeApiKey, ApiKeyRevoked> = { ...ofOneKey, decide: decideRevocation };

const noteApiKeyUses: CommandRules<NoteApiKeyUses, ApiKeyUsesNoted> = {
  ...usually,
  isGated: false,
  reads: readsNothing,
  idsMax: () => 0,
  actsMax: () => 0,
  changesTenant: () => true,
  decide: ({ uses }) => done({ kind: 'api_key_uses_noted' }, { apiKeyUses: uses }),
};

export const apiKeysCommands = {
  create_api_key: createApiKey,
  rotate_api_key: rotateApiKey,
  revoke_api_key: revokeApiKey,
  note_api_key_uses: noteApiKeyUses,
} satisfies RulesOf<ApiKeysCommand>;

function decideCreation(command: CreateApiKey, view: View, moment: Moment): Decision<ApiKeyCreated> {
  const { key, digest, prefix, hasChecksum, tenant, label, expiresAtMs, rights } = command;
  if (expiresAtMs !== undefined && expiresAtMs <= moment.nowMs) {
    return refused({ code: 'already_expired', message: 'expiresAt must be in the future' });
  }
  // The route generates another key and submits again: random prefixes of 32 bits sometimes collide.
  if (view.apiKey(prefix) !== undefined) return refused(prefixTaken);
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
  return done({ kind: 'api_key_created', key, made }, { apiKeys: [made] });
}

function decideRotation(command: RotateApiKey, view: View, moment: Moment): Decision<ApiKeyRotated> {
  const { graceMs, followedWithinMs } = command;
  const { nowMs } = moment;
  const old = view.apiKey(command.prefix);
  if (old === undefined || !isLive(old, nowMs)) return refused(unknownKey(command.prefix));
  const { key, digest, prefix, hasChecksum } = command.made;
  if (view.apiKey(prefix) !== undefined) return refused(prefixTaken);
  const oldExpiresAtMs = Math.min(old.expiresAtMs ?? Number.POSITIVE_INFINITY, nowMs + graceMs);
  const made: ApiKey = {
    ...old,
    digest,
    prefix,
    hasChecksum,
    createdAtMs: nowMs,
    expiresAtMs: undefined,
    lastUsedAtMs: undefined,
  };
  return done(
    { kind: 'api_key_rotated', key, made, oldPrefix: old.prefix, oldExpiresAtMs, followedWithinMs },
    { apiKeys: [{ ...old, expiresAtMs: oldExpiresAtMs }, made] },
  );
}

function decideRevocation(command: RevokeApiKey, view: View, moment: Moment): Decision<ApiKeyRevoked> {
  const key = view.apiKey(command.prefix);
  if (key === undefined || key.revokedAtMs !== undefined) {
    return refused(unknownKey(command.prefix));
  }
  return done({ kind: 'api_key_revoked' }, { apiKeys: [{ ...key, revokedAtMs: moment.nowMs }] });
}

const prefixTaken: Refusal = { code: 'prefix_taken', message: 'prefix taken' };

function unknownKey(prefix: string): Refusal {
  return { code: 'not_found', message: `no API key has the prefix ${prefix}` };
}
