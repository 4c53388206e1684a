/**
 * The entries of an account by their sequence, as a table that the writer fills in sorted runs. An index is written with each
 * entry, on another page for each account. Entries after `entries_indexed_through` may be missing in it (docs/adr/0081).
 *
 * The rows beside an entry can no longer refer to it by its sequence: a foreign key needs an index that is never late.
 */
const sqlite = `
CREATE TABLE account_entries (
  account INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  id BLOB NOT NULL,
  PRIMARY KEY (account, sequence)
) STRICT, WITHOUT ROWID;
INSERT INTO account_entries SELECT account, sequence, id FROM entries ORDER BY account, sequence;

CREATE TABLE reversals_beside (
  account INTEGER NOT NULL REFERENCES accounts,
  sequence INTEGER NOT NULL,
  entry_id BLOB,
  from_sequence INTEGER NOT NULL,
  through_sequence INTEGER NOT NULL,
  reason TEXT,
  PRIMARY KEY (account, sequence)
) STRICT, WITHOUT ROWID;
INSERT INTO reversals_beside SELECT account, sequence, entry_id, from_sequence, through_sequence, reason FROM reversals;
CREATE TABLE reversal_lines_beside (
  account INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  price_version INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  line_reversed INTEGER NOT NULL,
  PRIMARY KEY (account, sequence, price_version),
  FOREIGN KEY (account, sequence) REFERENCES reversals_beside (account, sequence)
) STRICT, WITHOUT ROWID;
INSERT INTO reversal_lines_beside SELECT account, sequence, price_version, requests, line_reversed FROM reversal_lines;
CREATE TABLE write_offs_beside (
  account INTEGER NOT NULL REFERENCES accounts,
  sequence INTEGER NOT NULL,
  kind TEXT NOT NULL,
  stroops INTEGER NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (account, sequence)
) STRICT, WITHOUT ROWID;
INSERT INTO write_offs_beside SELECT account, sequence, kind, stroops, reason FROM write_offs;
DROP TABLE reversal_lines;
DROP TABLE reversals;
DROP TABLE write_offs;
ALTER TABLE reversals_beside RENAME TO reversals;
ALTER TABLE reversal_lines_beside RENAME TO reversal_lines;
ALTER TABLE write_offs_beside RENAME TO write_offs;
CREATE UNIQUE INDEX reversals_of_entries ON reversals (account, through_sequence) WHERE entry_id IS NOT NULL;
CREATE UNIQUE INDEX reversals_of_ranges ON reversals (account, through_sequence) WHERE entry_id IS NULL;
CREATE UNIQUE INDEX reversal_lines_by_version ON reversal_lines (account, price_version, sequence);

DROP INDEX entries_by_account;
ALTER TABLE ledger_clock ADD COLUMN entries_indexed_through BLOB NOT NULL DEFAULT x'';
UPDATE ledger_clock SET entries_indexed_through = coalesce((SELECT max(id) FROM entries), x'');
`;

// On PostgreSQL an index of all instances cannot lag.
export const accountEntries = { sqlite, postgres: 'SELECT 1;' };
