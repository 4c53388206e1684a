/** Limits of usage, and what was counted for them. */
export const limits = {
  sqlite: `
CREATE TABLE limits (
  tenant TEXT NOT NULL,
  id BLOB NOT NULL,
  name TEXT NOT NULL,
  agent TEXT,
  service_id TEXT,
  api_key_prefix TEXT,
  time_window TEXT NOT NULL,
  max_quantity TEXT NOT NULL,
  action TEXT NOT NULL,
  notify_at TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  deleted INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX limits_in_use ON limits (tenant, name) WHERE deleted = 0;

CREATE TABLE limit_counters (
  tenant TEXT NOT NULL,
  limit_id BLOB NOT NULL,
  subject TEXT NOT NULL,
  windows TEXT NOT NULL,
  PRIMARY KEY (tenant, limit_id, subject)
) STRICT, WITHOUT ROWID;
`,
  postgres: `
CREATE TABLE limits (
  tenant text COLLATE "C" NOT NULL,
  id uuid NOT NULL,
  name text COLLATE "C" NOT NULL,
  agent text COLLATE "C",
  service_id text COLLATE "C",
  api_key_prefix text COLLATE "C",
  time_window text COLLATE "C" NOT NULL,
  max_quantity text COLLATE "C" NOT NULL,
  action text COLLATE "C" NOT NULL,
  notify_at text COLLATE "C" NOT NULL,
  created_at_ms bigint NOT NULL,
  deleted boolean NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX limits_in_use ON limits (tenant, name) WHERE NOT deleted;

-- Every write that a limit applies to changes its counter: there must be room for that in its page.
CREATE TABLE limit_counters (
  tenant text COLLATE "C" NOT NULL,
  limit_id uuid NOT NULL,
  subject text COLLATE "C" NOT NULL,
  windows text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, limit_id, subject)
) WITH (fillfactor = 50);
`,
};
