/** Services that were deleted, and how to see without a search that one has something unsettled. */
export const deletedServices = `
ALTER TABLE services ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0;

-- Whether something is left to settle or to carry. Nearly every account flips it once.
ALTER TABLE accounts ADD COLUMN unsettled INTEGER NOT NULL DEFAULT 0;
UPDATE accounts SET unsettled = 1 WHERE carried_stroops <> 0 OR EXISTS (
  SELECT 1 FROM account_lines line WHERE line.account = accounts.account GROUP BY max(line.price_version, 1)
    HAVING sum(line.recorded_requests - line.reversed_requests - line.settled_requests) <> 0);
CREATE INDEX accounts_unsettled ON accounts (tenant, service_id) WHERE unsettled = 1;
`;
