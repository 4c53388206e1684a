/** What an API key is limited to; absent for all. */
export const keyRights = `
ALTER TABLE api_keys
  ADD COLUMN scopes text COLLATE "C",
  ADD COLUMN agent text COLLATE "C",
  ADD COLUMN service_id text COLLATE "C";
`;
