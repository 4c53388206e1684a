/** The outstanding requests of an account after each entry. Entries from before have none. */
export const outstandingAfter = `
ALTER TABLE entries ADD COLUMN outstanding_after INTEGER;
`;
