/**
 * Records in the order in which they were made, their scopes as numbers, and the keys as a table that the writer fills in sorted
 * runs. In a tree by key, the record of a random key is on another page than all others of its batch. Records after
 * `records_indexed_through` may be missing in `record_keys` (docs/adr/0081).
 */
const sqlite = `
CREATE TABLE scopes_numbered (
  number INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  scope BLOB NOT NULL,
  answers INTEGER NOT NULL,
  answer_bytes INTEGER NOT NULL,
  UNIQUE (tenant, scope)
) STRICT;
INSERT INTO scopes_numbered (tenant, scope, answers, answer_bytes) SELECT tenant, scope, answers, answer_bytes FROM scopes;
INSERT OR IGNORE INTO scopes_numbered (tenant, scope, answers, answer_bytes) SELECT DISTINCT tenant, scope, 0, 0 FROM records;
DROP TABLE scopes;
ALTER TABLE scopes_numbered RENAME TO scopes;

CREATE TABLE records_numbered (
  n INTEGER PRIMARY KEY,
  scope INTEGER NOT NULL,
  key BLOB NOT NULL,
  fingerprint BLOB NOT NULL,
  first_seen_at_ms INTEGER NOT NULL,
  method TEXT NOT NULL,
  path TEXT NOT NULL,
  status INTEGER NOT NULL,
  location TEXT,
  answer INTEGER NOT NULL,
  answer_expires_at_ms INTEGER NOT NULL
) STRICT;
INSERT INTO records_numbered (scope, key, fingerprint, first_seen_at_ms, method, path, status, location, answer, answer_expires_at_ms)
  SELECT s.number, r.key, r.fingerprint, r.first_seen_at_ms, r.method, r.path, r.status, r.location, r.answer, r.answer_expires_at_ms
  FROM records AS r JOIN scopes AS s USING (tenant, scope) ORDER BY r.first_seen_at_ms;
CREATE TABLE record_keys (
  scope INTEGER NOT NULL,
  key BLOB NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;
INSERT INTO record_keys SELECT scope, key, n FROM records_numbered ORDER BY scope, key;
DROP TABLE records;
ALTER TABLE records_numbered RENAME TO records;
ALTER TABLE ledger_clock ADD COLUMN records_indexed_through INTEGER NOT NULL DEFAULT 0;
UPDATE ledger_clock SET records_indexed_through = coalesce((SELECT max(n) FROM records), 0);
`;

export const recordLog = { sqlite, postgres: 'SELECT 1;' };
