/** Whether the receiver of a webhook has to prove, or has proved, that it wants the messages. */
export const webhookOwnership = `
ALTER TABLE webhooks ADD COLUMN ownership text COLLATE "C" NOT NULL DEFAULT 'not_required';
`;
