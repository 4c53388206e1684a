/** Where API keys may be used from, when they were last used, and which of them have a checksum. */
export const keyUses = `
ALTER TABLE api_keys ADD COLUMN allowed_addresses TEXT;
ALTER TABLE api_keys ADD COLUMN last_used_at_ms INTEGER;
ALTER TABLE api_keys ADD COLUMN has_checksum INTEGER NOT NULL DEFAULT 0;
CREATE INDEX api_keys_unchecked ON api_keys (prefix) WHERE has_checksum = 0 AND revoked_at_ms IS NULL;
`;
