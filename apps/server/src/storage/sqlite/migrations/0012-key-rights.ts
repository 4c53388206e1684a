/** What an API key is limited to; absent for all. */
export const keyRights = `
ALTER TABLE api_keys ADD COLUMN scopes TEXT;
ALTER TABLE api_keys ADD COLUMN agent TEXT;
ALTER TABLE api_keys ADD COLUMN service_id TEXT;
`;
