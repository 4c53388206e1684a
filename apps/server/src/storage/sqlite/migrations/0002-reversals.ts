/** Reversals: entries that take back others, and what accounts and settlements carry because of them. */
export const reversals = `
ALTER TABLE accounts ADD COLUMN reversed_requests INTEGER NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN cleared_through INTEGER NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN carried_stroops INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account_lines ADD COLUMN reversed_requests INTEGER NOT NULL DEFAULT 0;
ALTER TABLE settlements ADD COLUMN carried_stroops INTEGER NOT NULL DEFAULT 0;

-- Stands beside the row of entries with the same sequence. It takes back the usage in (from, through]: one entry,
-- which entry_id names, or all that nothing had taken back before.
CREATE TABLE reversals (
  account INTEGER NOT NULL REFERENCES accounts,
  sequence INTEGER NOT NULL,
  entry_id BLOB,
  from_sequence INTEGER NOT NULL,
  through_sequence INTEGER NOT NULL,
  reason TEXT,
  PRIMARY KEY (account, sequence),
  FOREIGN KEY (account, sequence) REFERENCES entries (account, sequence)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX reversals_of_entries ON reversals (account, through_sequence) WHERE entry_id IS NOT NULL;
CREATE UNIQUE INDEX reversals_of_ranges ON reversals (account, through_sequence) WHERE entry_id IS NULL;

-- line_reversed is the running sum of the account at the price version, as line_requests is of what was recorded.
CREATE TABLE reversal_lines (
  account INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  price_version INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  line_reversed INTEGER NOT NULL,
  PRIMARY KEY (account, sequence, price_version),
  FOREIGN KEY (account, sequence) REFERENCES reversals (account, sequence)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX reversal_lines_by_version ON reversal_lines (account, price_version, sequence);
`;
