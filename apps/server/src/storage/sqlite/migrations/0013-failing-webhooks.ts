/** How long the receiver of a webhook has been failing, since when a webhook is disabled, and what was asked for again. */
export const failingWebhooks = `
ALTER TABLE webhooks ADD COLUMN disabled_at_ms INTEGER;
ALTER TABLE webhooks ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE webhooks ADD COLUMN failing_since_ms INTEGER;
ALTER TABLE webhooks ADD COLUMN redeliveries_until_ms INTEGER NOT NULL DEFAULT 0;
`;
