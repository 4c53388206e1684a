/** Whether something of a grant is free to expire: a part that a hold reserves is not, and the other part of the same grant is. */
export const freeGrants = {
  sqlite: `
ALTER TABLE grants ADD COLUMN is_free INTEGER NOT NULL DEFAULT 0;
UPDATE grants SET is_free = 1 WHERE is_open = 1 AND held = '0';
DROP INDEX grants_expiring;
CREATE INDEX grants_expiring ON grants (expires_at_ms) WHERE is_free = 1 AND expires_at_ms IS NOT NULL;
`,
  postgres: `
ALTER TABLE grants ADD COLUMN is_free boolean NOT NULL DEFAULT false;
UPDATE grants SET is_free = true WHERE is_open AND held = '0';
DROP INDEX grants_expiring;
CREATE INDEX grants_expiring ON grants (expires_at_ms) WHERE is_free AND expires_at_ms IS NOT NULL;
`,
};
