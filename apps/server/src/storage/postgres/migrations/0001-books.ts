/**
 * The books on PostgreSQL. The tenant leads every primary, unique and foreign key, and there is no sequence and no
 * trigger, so that the schema can be distributed by tenant. Texts compare by their bytes.
 */
export const books = `
-- One row for each tenant: who changes anything but usage holds its lock.
CREATE TABLE tenants (
  tenant text COLLATE "C" PRIMARY KEY
);

-- Rows of the operator's own: pause, settings, and what the sweep knows of the clock.
CREATE TABLE operator (
  tenant text COLLATE "C" PRIMARY KEY,
  is_paused boolean NOT NULL DEFAULT false,
  paused_since_ms bigint NOT NULL DEFAULT 0,
  bulk_items_max integer,
  requests_per_minute_max integer,
  steady_since_ms bigint,
  swept_at_ms bigint
);

-- Belongs to the operator: it is looked up before anybody knows whose it is.
CREATE TABLE api_keys (
  tenant text COLLATE "C" NOT NULL,
  digest bytea NOT NULL,
  prefix text COLLATE "C" NOT NULL,
  names_tenant text COLLATE "C" NOT NULL,
  label text COLLATE "C" NOT NULL,
  created_at_ms bigint NOT NULL,
  revoked_at_ms bigint,
  expires_at_ms bigint,
  PRIMARY KEY (tenant, digest),
  UNIQUE (tenant, prefix)
);

CREATE TABLE services (
  tenant text COLLATE "C" NOT NULL,
  service_id text COLLATE "C" NOT NULL,
  price_version integer NOT NULL,
  price_stroops bigint NOT NULL,
  first_price_stroops bigint NOT NULL,
  disabled boolean NOT NULL,
  description text COLLATE "C",
  owner text COLLATE "C",
  deleted boolean NOT NULL,
  PRIMARY KEY (tenant, service_id)
);

CREATE TABLE service_prices (
  tenant text COLLATE "C" NOT NULL,
  service_id text COLLATE "C" NOT NULL,
  price_version integer NOT NULL,
  price_stroops bigint NOT NULL,
  set_at_ms bigint NOT NULL,
  PRIMARY KEY (tenant, service_id, price_version)
);

-- Its row is the lock of the account. Free room in the pages: a hot row is rewritten beside its old self.
CREATE TABLE accounts (
  tenant text COLLATE "C" NOT NULL,
  account uuid NOT NULL,
  agent text COLLATE "C" NOT NULL,
  service_id text COLLATE "C" NOT NULL,
  sequence bigint NOT NULL DEFAULT 0,
  settled_through bigint NOT NULL DEFAULT 0,
  cleared_through bigint NOT NULL DEFAULT 0,
  settlements bigint NOT NULL DEFAULT 0,
  recorded_requests bigint NOT NULL DEFAULT 0,
  reversed_requests bigint NOT NULL DEFAULT 0,
  settled_requests bigint NOT NULL DEFAULT 0,
  settled_stroops bigint NOT NULL DEFAULT 0,
  carried_stroops bigint NOT NULL DEFAULT 0,
  unsettled boolean NOT NULL DEFAULT false,
  PRIMARY KEY (tenant, agent, service_id),
  UNIQUE (tenant, account)
) WITH (fillfactor = 50);
CREATE INDEX accounts_by_service ON accounts (tenant, service_id, account);
CREATE INDEX accounts_unsettled ON accounts (tenant, service_id) WHERE unsettled;

CREATE TABLE account_lines (
  tenant text COLLATE "C" NOT NULL,
  account uuid NOT NULL,
  price_version integer NOT NULL,
  price_stroops bigint,
  recorded_requests bigint NOT NULL,
  reversed_requests bigint NOT NULL,
  settled_requests bigint NOT NULL,
  PRIMARY KEY (tenant, account, price_version)
) WITH (fillfactor = 50);

-- Without a foreign key to accounts: its check would take a lock for each row, and each row is written under the
-- lock of its account anyway.
CREATE TABLE entries (
  tenant text COLLATE "C" NOT NULL,
  id uuid NOT NULL,
  account uuid NOT NULL,
  sequence bigint NOT NULL,
  requests bigint NOT NULL,
  price_version integer NOT NULL,
  line_requests bigint NOT NULL,
  usage_id text COLLATE "C",
  occurred_at_ns bigint,
  recorded_at_ms bigint NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX entries_by_account ON entries (tenant, account, sequence);
CREATE UNIQUE INDEX entries_by_usage_id ON entries (tenant, usage_id) WHERE usage_id IS NOT NULL;

CREATE TABLE reversals (
  tenant text COLLATE "C" NOT NULL,
  account uuid NOT NULL,
  sequence bigint NOT NULL,
  entry_id uuid,
  from_sequence bigint NOT NULL,
  through_sequence bigint NOT NULL,
  reason text COLLATE "C",
  PRIMARY KEY (tenant, account, sequence),
  FOREIGN KEY (tenant, account, sequence) REFERENCES entries (tenant, account, sequence)
);
CREATE UNIQUE INDEX reversals_of_entries ON reversals (tenant, account, through_sequence) WHERE entry_id IS NOT NULL;
CREATE UNIQUE INDEX reversals_of_ranges ON reversals (tenant, account, through_sequence) WHERE entry_id IS NULL;

CREATE TABLE reversal_lines (
  tenant text COLLATE "C" NOT NULL,
  account uuid NOT NULL,
  sequence bigint NOT NULL,
  price_version integer NOT NULL,
  requests bigint NOT NULL,
  line_reversed bigint NOT NULL,
  PRIMARY KEY (tenant, account, sequence, price_version),
  FOREIGN KEY (tenant, account, sequence) REFERENCES reversals (tenant, account, sequence)
);
CREATE UNIQUE INDEX reversal_lines_by_version ON reversal_lines (tenant, account, price_version, sequence);

CREATE TABLE settlements (
  tenant text COLLATE "C" NOT NULL,
  id uuid NOT NULL,
  account uuid NOT NULL,
  number bigint NOT NULL,
  from_sequence bigint NOT NULL,
  through_sequence bigint NOT NULL,
  requests bigint NOT NULL,
  carried_stroops bigint NOT NULL,
  billed_stroops bigint NOT NULL,
  settled_at_ms bigint NOT NULL,
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, account) REFERENCES accounts (tenant, account)
);
CREATE UNIQUE INDEX settlements_by_account ON settlements (tenant, account, number);

CREATE TABLE settlement_lines (
  tenant text COLLATE "C" NOT NULL,
  settlement uuid NOT NULL,
  price_version integer NOT NULL,
  requests bigint NOT NULL,
  price_stroops bigint NOT NULL,
  amount_stroops bigint NOT NULL,
  PRIMARY KEY (tenant, settlement, price_version),
  FOREIGN KEY (tenant, settlement) REFERENCES settlements (tenant, id)
);

-- A record outlives its answer. That of a UUIDv7 lives in the part of its own time and leaves with it; every other
-- key begins with ff, and is unique among all of them whenever it came (see parts.ts).
CREATE TABLE records (
  tenant text COLLATE "C" NOT NULL,
  scope bytea NOT NULL,
  key bytea NOT NULL,
  fingerprint bytea NOT NULL,
  first_seen_at_ms bigint NOT NULL,
  method text COLLATE "C" NOT NULL,
  path text COLLATE "C" NOT NULL,
  status integer NOT NULL,
  location text COLLATE "C",
  day integer NOT NULL,
  answer bigint NOT NULL,
  answer_expires_at_ms bigint NOT NULL,
  PRIMARY KEY (tenant, scope, key)
) PARTITION BY RANGE (key);
CREATE TABLE records_untimed PARTITION OF records FOR VALUES FROM ('\\xff') TO (MAXVALUE);
-- Rows come in the order of their time, so that a few blocks tell where the old ones are.
CREATE INDEX records_untimed_by_time ON records_untimed USING brin (first_seen_at_ms) WITH (autosummarize = on);
CREATE TABLE records_rest PARTITION OF records DEFAULT;

-- Answers by the day (UTC, counted from 1970-01-01) on which they were first given.
CREATE TABLE answers (
  tenant text COLLATE "C" NOT NULL,
  scope bytea NOT NULL,
  day integer NOT NULL,
  answer bigint NOT NULL,
  bytes_before bigint NOT NULL,
  status integer NOT NULL,
  headers text COLLATE "C" NOT NULL,
  body_text text COLLATE "C",
  body_bytes bytea,
  protection text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, scope, day, answer),
  CHECK ((body_text IS NULL) <> (body_bytes IS NULL))
) PARTITION BY RANGE (day);
CREATE TABLE answers_rest PARTITION OF answers DEFAULT;

-- How many answers a scope was ever given, and their bytes: the cap counts back from here.
CREATE TABLE scopes (
  tenant text COLLATE "C" NOT NULL,
  scope bytea NOT NULL,
  answers bigint NOT NULL,
  answer_bytes bigint NOT NULL,
  PRIMARY KEY (tenant, scope)
) WITH (fillfactor = 50);

CREATE TABLE events (
  tenant text COLLATE "C" NOT NULL,
  id uuid NOT NULL,
  type text COLLATE "C" NOT NULL,
  at_ms bigint NOT NULL,
  data text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, id)
);

CREATE TABLE webhooks (
  tenant text COLLATE "C" NOT NULL,
  id uuid NOT NULL,
  url text COLLATE "C" NOT NULL,
  events text COLLATE "C" NOT NULL,
  kept_secret text COLLATE "C" NOT NULL,
  created_at_ms bigint NOT NULL,
  disabled text COLLATE "C",
  tested_at_ms bigint NOT NULL,
  deleted boolean NOT NULL,
  PRIMARY KEY (tenant, id)
);

-- The outbox, by the time in the ids of its events.
CREATE TABLE deliveries (
  tenant text COLLATE "C" NOT NULL,
  webhook uuid NOT NULL,
  event uuid NOT NULL,
  event_type text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL,
  attempts integer NOT NULL,
  next_attempt_at_ms bigint NOT NULL,
  attempted_at_ms bigint,
  outcome text COLLATE "C",
  status integer,
  PRIMARY KEY (tenant, webhook, event)
) PARTITION BY RANGE (event);
CREATE TABLE deliveries_rest PARTITION OF deliveries DEFAULT;
CREATE INDEX deliveries_due ON deliveries (tenant, webhook, next_attempt_at_ms) WHERE state = 'pending';
`;
