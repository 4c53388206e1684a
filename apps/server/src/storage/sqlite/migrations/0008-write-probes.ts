/** What the writer writes after a fault to find out whether writes succeed again. One row, of no meaning. */
export const writeProbes = `
CREATE TABLE write_probes (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  body BLOB NOT NULL
) STRICT;
`;
