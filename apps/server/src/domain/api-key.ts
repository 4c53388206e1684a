/** What is kept of an API key: never the key itself. */
export interface ApiKey {
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

/** Characters of an API key that are shown again. */
export const apiKeyPrefixLength = 'apk_'.length + 8;
