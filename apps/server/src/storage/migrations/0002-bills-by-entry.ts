/** Finds the bill that covers an entry. */
export const billsByEntry = {
  sqlite: 'CREATE INDEX settlements_by_through ON settlements (account, through_sequence);',
  postgres: 'CREATE INDEX settlements_by_through ON settlements (tenant, account, through_sequence);',
};
