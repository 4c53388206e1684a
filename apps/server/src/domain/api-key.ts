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
  /** from when on it is not recognized any more; `undefined` for never */
  readonly expiresAtMs: number | undefined;
}

/** Whether a key is recognized. */
export function isLive({ revokedAtMs, expiresAtMs }: ApiKey, nowMs: number): boolean {
  return revokedAtMs === undefined && (expiresAtMs === undefined || nowMs < expiresAtMs);
}

/** The rights of a key, as its owner sees them. */
export function rightsAnswer({ scopes, agent, serviceId }: KeyRights) {
  return { scopes: [...(scopes ?? allScopes)], agent: agent ?? null, serviceId: serviceId ?? null };
}

/** Characters of an API key that are shown again. */
export const apiKeyPrefixLength = 'apk_'.length + 8;
