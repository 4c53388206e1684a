/** What the operator set while the server ran: one row; NULL is as it was configured at start. */
export const settings = `
CREATE TABLE settings (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  bulk_items_max INTEGER,
  requests_per_minute_max INTEGER
) STRICT;
INSERT INTO settings (only) VALUES (1);
`;
