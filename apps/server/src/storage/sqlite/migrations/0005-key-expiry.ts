/** API keys that expire: those that were rotated, and those that were made so. */
export const keyExpiry = `
ALTER TABLE api_keys ADD COLUMN expires_at_ms INTEGER;
`;
