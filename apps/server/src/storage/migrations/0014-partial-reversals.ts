/** An entry may be taken back in parts: several reversals may name the same one. */
const index = (columns: string) => `
DROP INDEX reversals_of_entries;
CREATE INDEX reversals_of_entries ON reversals (${columns}) WHERE entry_id IS NOT NULL;
`;

export const partialReversals = {
  sqlite: index('account, through_sequence'),
  postgres: index('tenant, account, through_sequence'),
};
