/** What callers have taken of the rate limit in a minute. A crash may forget it: it is of no use a minute later. */
export const rateBudgets = `
CREATE TABLE rate_budgets (
  tenant text COLLATE "C" NOT NULL,
  caller text COLLATE "C" NOT NULL,
  window_start_ms bigint NOT NULL,
  taken bigint NOT NULL,
  PRIMARY KEY (tenant, caller)
) WITH (fillfactor = 50);
`;
