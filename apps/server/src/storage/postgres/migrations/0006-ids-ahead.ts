/** How far ids were ever ahead of the clock: until now an hour at the most. */
export const idsAhead = `
ALTER TABLE operator ADD COLUMN ids_ahead_ms bigint NOT NULL DEFAULT 3600000;
`;
