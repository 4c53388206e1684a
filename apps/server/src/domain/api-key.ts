/** What an API key may do. */
export type Scope = 'read' | 'record' | 'settle' | 'manage';

/** All of them, in the order in which they are shown. */
export const allScopes: readonly Scope[] = ['read', 'record', 'settle', 'manage'];

/** What a key is limited to. */
export interface KeyRights {
  /** `undefined`: all of them, also those that a later version adds */
  readonly scopes: readonly Scope[] | undefined;
  /** the one agent that it may be used for; `undefined` for all */
  readonly agent: string | undefined;
  /** the one service that it may be used for; `undefined` for all */
  readonly serviceId: string | undefined;
  /** IP addresses and ranges of them from which it may be used; `undefined` for all */
  readonly allowedAddresses: readonly string[] | undefined;
}

/** What is kept of an API key: never the key itself. */
export interface ApiKey extends KeyRights {
  /** SHA-256 of the key, 64 hexadecimal digits */
  readonly digest: string;
  /** its first twelve characters, unique: names it in lists and when it is revoked */
  readonly prefix: string;
  readonly tenant: string;
  readonly label: string;
  readonly createdAtMs: number;
  readonly revokedAtMs: number | undefined;
  /** when it stops being recognized; `undefined` for never */
  readonly expiresAtMs: number | undefined;
  /** the beginning of the minute in which it was last used, as far as that was written; `undefined` for never */
  readonly lastUsedAtMs: number | undefined;
  /** whether its last eight digits are a checksum: not those of keys that clients had already */
  readonly hasChecksum: boolean;
}

/** That a key was used. */
export interface ApiKeyUse {
  readonly prefix: string;
  readonly usedAtMs: number;
}

/** Whether a key is recognized. */
export function isLive({ revokedAtMs, expiresAtMs }: ApiKey, nowMs: number): boolean {
  return revokedAtMs === undefined && (expiresAtMs === undefined || nowMs < expiresAtMs);
}

/** The rights of a key, all of them named. */
export function rightsShown({ scopes, agent, serviceId, allowedAddresses }: KeyRights) {
  return {
    scopes: [...(scopes ?? allScopes)],
    agent: agent ?? null,
    serviceId: serviceId ?? null,
    allowedAddresses: allowedAddresses === undefined ? null : [...allowedAddresses],
  };
}

/** Characters of an API key that are shown again. */
export const apiKeyPrefixLength = 'apk_'.length + 8;
