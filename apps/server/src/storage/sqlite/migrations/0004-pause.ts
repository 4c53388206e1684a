/** Whether the writes of tenants are refused for now: one row. */
export const pause = `
CREATE TABLE pause (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  is_paused INTEGER NOT NULL,
  since_ms INTEGER NOT NULL
) STRICT;
INSERT INTO pause (only, is_paused, since_ms) VALUES (1, 0, 0);
`;
