/** The time before which records may have been forgotten: a UUIDv7 key from before it is refused, whatever the retention is. */
export const forgottenBefore = `
ALTER TABLE ledger_clock ADD COLUMN forgotten_before_ms INTEGER NOT NULL DEFAULT 0;
`;
