/** What usage was for, in the caller's own words, as canonical JSON. */
export const usageMetadata = {
  sqlite: 'ALTER TABLE entries ADD COLUMN metadata TEXT;',
  postgres: 'ALTER TABLE entries ADD COLUMN metadata text COLLATE "C";',
};
