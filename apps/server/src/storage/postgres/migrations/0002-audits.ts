/** Whose audit a tenant is, and what the last one came to: all instances share the work. */
export const audits = `
CREATE TABLE audits (
  tenant text COLLATE "C" PRIMARY KEY,
  taken_until_ms bigint NOT NULL,
  ended_at_ms bigint,
  accounts bigint,
  outstanding_requests numeric,
  outstanding_stroops numeric,
  settled_stroops numeric,
  differences integer
);
`;
