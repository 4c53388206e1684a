/** Where API keys may be used from, when they were last used, and which of them have a checksum. */
export const keyUses = `
ALTER TABLE api_keys
  ADD COLUMN allowed_addresses text COLLATE "C",
  ADD COLUMN last_used_at_ms bigint,
  ADD COLUMN has_checksum boolean NOT NULL DEFAULT false;
CREATE INDEX api_keys_unchecked ON api_keys (tenant, prefix) WHERE NOT has_checksum AND revoked_at_ms IS NULL;
`;
