/** The time before which records may have been forgotten: a UUIDv7 key from before it is refused, whatever the retention is. */
export const forgottenBefore = `
ALTER TABLE operator ADD COLUMN forgotten_before_ms bigint NOT NULL DEFAULT 0;
`;
