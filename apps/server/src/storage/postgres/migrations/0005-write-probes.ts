/** What an instance writes after a fault to find out whether writes succeed again. One row, of no meaning. */
export const writeProbes = `
CREATE TABLE write_probes (
  tenant text COLLATE "C" PRIMARY KEY,
  body bytea NOT NULL
);
`;
