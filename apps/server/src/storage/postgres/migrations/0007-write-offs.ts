/** Write-offs: entries that take the whole credit off an account. */
export const writeOffs = `
-- Beside the row of entries with the same sequence, whose requests are 0.
CREATE TABLE write_offs (
  tenant text COLLATE "C" NOT NULL,
  account uuid NOT NULL,
  sequence bigint NOT NULL,
  kind text COLLATE "C" NOT NULL,
  stroops bigint NOT NULL,
  reason text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, account, sequence),
  FOREIGN KEY (tenant, account, sequence) REFERENCES entries (tenant, account, sequence)
);

ALTER TABLE audits ADD COLUMN written_off_stroops numeric;
`;
