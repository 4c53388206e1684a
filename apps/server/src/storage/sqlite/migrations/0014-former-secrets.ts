/** The signing secret that a webhook had before, and until when messages are signed with it too. */
export const formerSecrets = `
ALTER TABLE webhooks ADD COLUMN former_kept_secret TEXT;
ALTER TABLE webhooks ADD COLUMN former_until_ms INTEGER;
`;
