/** Write-offs: entries that take the whole credit off an account. */
export const writeOffs = `
-- Beside the row of entries with the same sequence, whose requests are 0.
CREATE TABLE write_offs (
  account INTEGER NOT NULL REFERENCES accounts,
  sequence INTEGER NOT NULL,
  kind TEXT NOT NULL,
  stroops INTEGER NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (account, sequence),
  FOREIGN KEY (account, sequence) REFERENCES entries (account, sequence)
) STRICT, WITHOUT ROWID;
`;
