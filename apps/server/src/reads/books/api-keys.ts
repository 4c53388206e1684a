import type { ApiKey } from '../../domain/api-key.ts';

/** Reads of API keys, which belong to the operator. */
export interface ApiKeyBooks {
  apiKeyByDigest(digest: string): Promise<ApiKey | undefined>;
  /** keys after a prefix, by their prefixes, without the first `skipped`; '' begins */
  apiKeysAfter(
    after: string,
    limit: number,
    skipped: number,
    includesRevoked: boolean,
  ): Promise<readonly ApiKey[]>;
  /** whether a key that is not revoked has no checksum */
  hasUncheckedApiKeys(): Promise<boolean>;
  /** keys of a tenant, or of all tenants, that are not revoked */
  countApiKeys(tenant: string | undefined): Promise<number>;
}
