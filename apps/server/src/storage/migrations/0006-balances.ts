/** Prepaid balances and holds. Exact amounts are digits: 64 bits hold only nine of an asset. */
export const balances = {
  sqlite: `
-- The row of '' is the policy of the tenant. A row without a mode: the agent has a balance, and no policy.
CREATE TABLE billing (
  tenant TEXT NOT NULL,
  agent TEXT NOT NULL,
  mode TEXT,
  asset TEXT,
  overdraft TEXT,
  low_at TEXT,
  PRIMARY KEY (tenant, agent)
) STRICT, WITHOUT ROWID;

CREATE TABLE balances (
  tenant TEXT NOT NULL,
  agent TEXT NOT NULL,
  asset TEXT NOT NULL,
  movements INTEGER NOT NULL,
  grants INTEGER NOT NULL,
  granted TEXT NOT NULL,
  refunded TEXT NOT NULL,
  drawn TEXT NOT NULL,
  held TEXT NOT NULL,
  expired TEXT NOT NULL,
  voided TEXT NOT NULL,
  uncovered TEXT NOT NULL,
  open_holds INTEGER NOT NULL,
  PRIMARY KEY (tenant, agent, asset)
) STRICT, WITHOUT ROWID;

CREATE TABLE grants (
  tenant TEXT NOT NULL,
  agent TEXT NOT NULL,
  asset TEXT NOT NULL,
  number INTEGER NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  amount TEXT NOT NULL,
  priority INTEGER NOT NULL,
  expires_at_ms INTEGER,
  note TEXT,
  reversal BLOB,
  granted_at_ms INTEGER NOT NULL,
  drawn TEXT NOT NULL,
  held TEXT NOT NULL,
  voided TEXT NOT NULL,
  expired TEXT NOT NULL,
  is_open INTEGER NOT NULL,
  PRIMARY KEY (tenant, agent, asset, number)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX grants_by_id ON grants (tenant, id);
CREATE INDEX grants_open ON grants (tenant, agent, asset) WHERE is_open = 1;
CREATE INDEX grants_expiring ON grants (expires_at_ms) WHERE is_open = 1 AND expires_at_ms IS NOT NULL;

CREATE TABLE movements (
  tenant TEXT NOT NULL,
  agent TEXT NOT NULL,
  asset TEXT NOT NULL,
  number INTEGER NOT NULL,
  kind TEXT NOT NULL,
  amount TEXT NOT NULL,
  available TEXT NOT NULL,
  grant_id TEXT,
  entry BLOB,
  hold_id TEXT,
  at_ms INTEGER NOT NULL,
  recorded_at_ms INTEGER NOT NULL,
  PRIMARY KEY (tenant, agent, asset, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE holds (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  place BLOB NOT NULL,
  agent TEXT NOT NULL,
  service_id TEXT NOT NULL,
  asset TEXT NOT NULL,
  amount TEXT NOT NULL,
  requests INTEGER,
  is_prepaid INTEGER NOT NULL,
  parts TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  state TEXT NOT NULL,
  ended_at_ms INTEGER,
  was_lapsed INTEGER NOT NULL,
  entry BLOB,
  captured TEXT,
  PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX holds_by_place ON holds (tenant, place);
CREATE INDEX holds_of_agents ON holds (tenant, agent, place);
CREATE INDEX holds_due_of_agents ON holds (tenant, agent, expires_at_ms) WHERE state = 'open';
CREATE INDEX holds_due ON holds (expires_at_ms) WHERE state = 'open';

-- What was drawn from a balance: for an entry, for an account with what it came to, and in what settlements cover.
ALTER TABLE entries ADD COLUMN drawn TEXT;
ALTER TABLE entries ADD COLUMN paid_after TEXT;
ALTER TABLE accounts ADD COLUMN paid TEXT NOT NULL DEFAULT '0';
ALTER TABLE accounts ADD COLUMN settled_paid TEXT NOT NULL DEFAULT '0';
ALTER TABLE settlements ADD COLUMN paid TEXT NOT NULL DEFAULT '0';
`,
  postgres: `
-- Its row is the lock of an agent's balances. The row of '' is the policy of the tenant. A row without a mode: the agent
-- has a balance, and no policy.
CREATE TABLE billing (
  tenant text COLLATE "C" NOT NULL,
  agent text COLLATE "C" NOT NULL,
  mode text COLLATE "C",
  asset text COLLATE "C",
  overdraft text COLLATE "C",
  low_at text COLLATE "C",
  PRIMARY KEY (tenant, agent)
);

CREATE TABLE balances (
  tenant text COLLATE "C" NOT NULL,
  agent text COLLATE "C" NOT NULL,
  asset text COLLATE "C" NOT NULL,
  movements bigint NOT NULL,
  grants bigint NOT NULL,
  granted text COLLATE "C" NOT NULL,
  refunded text COLLATE "C" NOT NULL,
  drawn text COLLATE "C" NOT NULL,
  held text COLLATE "C" NOT NULL,
  expired text COLLATE "C" NOT NULL,
  voided text COLLATE "C" NOT NULL,
  uncovered text COLLATE "C" NOT NULL,
  open_holds bigint NOT NULL,
  PRIMARY KEY (tenant, agent, asset)
) WITH (fillfactor = 50);

CREATE TABLE grants (
  tenant text COLLATE "C" NOT NULL,
  agent text COLLATE "C" NOT NULL,
  asset text COLLATE "C" NOT NULL,
  number bigint NOT NULL,
  id text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  amount text COLLATE "C" NOT NULL,
  priority integer NOT NULL,
  expires_at_ms bigint,
  note text COLLATE "C",
  reversal uuid,
  granted_at_ms bigint NOT NULL,
  drawn text COLLATE "C" NOT NULL,
  held text COLLATE "C" NOT NULL,
  voided text COLLATE "C" NOT NULL,
  expired text COLLATE "C" NOT NULL,
  is_open boolean NOT NULL,
  PRIMARY KEY (tenant, agent, asset, number)
);
CREATE UNIQUE INDEX grants_by_id ON grants (tenant, id);
CREATE INDEX grants_open ON grants (tenant, agent, asset) WHERE is_open;
CREATE INDEX grants_expiring ON grants (expires_at_ms) WHERE is_open AND expires_at_ms IS NOT NULL;

CREATE TABLE movements (
  tenant text COLLATE "C" NOT NULL,
  agent text COLLATE "C" NOT NULL,
  asset text COLLATE "C" NOT NULL,
  number bigint NOT NULL,
  kind text COLLATE "C" NOT NULL,
  amount text COLLATE "C" NOT NULL,
  available text COLLATE "C" NOT NULL,
  grant_id text COLLATE "C",
  entry uuid,
  hold_id text COLLATE "C",
  at_ms bigint NOT NULL,
  recorded_at_ms bigint NOT NULL,
  PRIMARY KEY (tenant, agent, asset, number)
);

CREATE TABLE holds (
  tenant text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  place uuid NOT NULL,
  agent text COLLATE "C" NOT NULL,
  service_id text COLLATE "C" NOT NULL,
  asset text COLLATE "C" NOT NULL,
  amount text COLLATE "C" NOT NULL,
  requests bigint,
  is_prepaid boolean NOT NULL,
  parts text COLLATE "C" NOT NULL,
  created_at_ms bigint NOT NULL,
  expires_at_ms bigint NOT NULL,
  state text COLLATE "C" NOT NULL,
  ended_at_ms bigint,
  was_lapsed boolean NOT NULL,
  entry uuid,
  captured text COLLATE "C",
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX holds_by_place ON holds (tenant, place);
CREATE INDEX holds_of_agents ON holds (tenant, agent, place);
CREATE INDEX holds_due_of_agents ON holds (tenant, agent, expires_at_ms) WHERE state = 'open';
CREATE INDEX holds_due ON holds (expires_at_ms) WHERE state = 'open';

-- What was drawn from a balance: for an entry, for an account with what it came to, and in what settlements cover.
ALTER TABLE entries ADD COLUMN drawn text COLLATE "C";
ALTER TABLE entries ADD COLUMN paid_after text COLLATE "C";
ALTER TABLE accounts ADD COLUMN paid text COLLATE "C" NOT NULL DEFAULT '0';
ALTER TABLE accounts ADD COLUMN settled_paid text COLLATE "C" NOT NULL DEFAULT '0';
ALTER TABLE settlements ADD COLUMN paid text COLLATE "C" NOT NULL DEFAULT '0';
`,
};
