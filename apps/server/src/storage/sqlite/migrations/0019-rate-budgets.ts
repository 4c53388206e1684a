/** What tenants have taken of budgets that outlive a restart, in the window that each began last. */
export const rateBudgets = `
CREATE TABLE rate_budgets (
  caller TEXT NOT NULL PRIMARY KEY,
  window_start_ms INTEGER NOT NULL,
  taken INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;
