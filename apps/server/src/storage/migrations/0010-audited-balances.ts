/** What audits say of prepaid balances. On SQLite, results of audits are not stored. */
export const auditedBalances = {
  sqlite: '',
  postgres: `
ALTER TABLE audits ADD COLUMN balances bigint;
ALTER TABLE audits ADD COLUMN available_stroops numeric;
ALTER TABLE audits ADD COLUMN open_holds bigint;
`,
};
