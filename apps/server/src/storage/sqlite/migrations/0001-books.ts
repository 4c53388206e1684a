/** The books: services and prices, accounts, entries, settlements, API keys; and the records of keys. */
export const books = `
CREATE TABLE api_keys (
  digest BLOB NOT NULL PRIMARY KEY,
  prefix TEXT NOT NULL UNIQUE,
  tenant TEXT NOT NULL,
  label TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  revoked_at_ms INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE services (
  tenant TEXT NOT NULL,
  service_id TEXT NOT NULL,
  price_version INTEGER NOT NULL,
  price_stroops INTEGER NOT NULL,
  first_price_stroops INTEGER NOT NULL,
  disabled INTEGER NOT NULL,
  description TEXT,
  owner TEXT,
  PRIMARY KEY (tenant, service_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE service_prices (
  tenant TEXT NOT NULL,
  service_id TEXT NOT NULL,
  price_version INTEGER NOT NULL,
  price_stroops INTEGER NOT NULL,
  set_at_ms INTEGER NOT NULL,
  PRIMARY KEY (tenant, service_id, price_version)
) STRICT, WITHOUT ROWID;

-- The number stands for (tenant, agent, service) in the rows below; it never leaves this file.
CREATE TABLE accounts (
  account INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  agent TEXT NOT NULL,
  service_id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  settled_through INTEGER NOT NULL,
  settlements INTEGER NOT NULL,
  recorded_requests INTEGER NOT NULL,
  settled_requests INTEGER NOT NULL,
  settled_stroops INTEGER NOT NULL,
  UNIQUE (tenant, agent, service_id)
) STRICT;
CREATE INDEX accounts_by_tenant ON accounts (tenant, account);
CREATE INDEX accounts_by_service ON accounts (tenant, service_id, account);

CREATE TABLE account_lines (
  account INTEGER NOT NULL REFERENCES accounts,
  price_version INTEGER NOT NULL,
  price_stroops INTEGER,
  recorded_requests INTEGER NOT NULL,
  settled_requests INTEGER NOT NULL,
  PRIMARY KEY (account, price_version)
) STRICT, WITHOUT ROWID;

CREATE TABLE entries (
  tenant TEXT NOT NULL,
  id BLOB NOT NULL,
  account INTEGER NOT NULL REFERENCES accounts,
  sequence INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  price_version INTEGER NOT NULL,
  line_requests INTEGER NOT NULL,
  usage_id TEXT,
  occurred_at_ns INTEGER,
  recorded_at_ms INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX entries_by_account ON entries (account, sequence);
CREATE UNIQUE INDEX entries_by_usage_id ON entries (tenant, usage_id) WHERE usage_id IS NOT NULL;

CREATE TABLE settlements (
  tenant TEXT NOT NULL,
  id BLOB NOT NULL,
  account INTEGER NOT NULL REFERENCES accounts,
  number INTEGER NOT NULL,
  from_sequence INTEGER NOT NULL,
  through_sequence INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  billed_stroops INTEGER NOT NULL,
  settled_at_ms INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX settlements_by_account ON settlements (account, number);

CREATE TABLE settlement_lines (
  tenant TEXT NOT NULL,
  settlement BLOB NOT NULL,
  price_version INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  price_stroops INTEGER NOT NULL,
  amount_stroops INTEGER NOT NULL,
  PRIMARY KEY (tenant, settlement, price_version),
  FOREIGN KEY (tenant, settlement) REFERENCES settlements (tenant, id)
) STRICT, WITHOUT ROWID;

-- A record outlives its answer: answers stand in tables of their own, one for each day (see answers.ts).
CREATE TABLE records (
  tenant TEXT NOT NULL,
  scope BLOB NOT NULL,
  key BLOB NOT NULL,
  fingerprint BLOB NOT NULL,
  first_seen_at_ms INTEGER NOT NULL,
  method TEXT NOT NULL,
  path TEXT NOT NULL,
  status INTEGER NOT NULL,
  location TEXT,
  answer INTEGER NOT NULL,
  answer_expires_at_ms INTEGER NOT NULL,
  PRIMARY KEY (tenant, scope, key)
) STRICT, WITHOUT ROWID;

-- How many answers a scope was ever given, and their bytes: the cap counts back from here.
CREATE TABLE scopes (
  tenant TEXT NOT NULL,
  scope BLOB NOT NULL,
  answers INTEGER NOT NULL,
  answer_bytes INTEGER NOT NULL,
  PRIMARY KEY (tenant, scope)
) STRICT, WITHOUT ROWID;

-- One row. The sweep forgets only while the clock has run plausibly since steady_since_ms.
CREATE TABLE ledger_clock (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  last_id_time_ms INTEGER NOT NULL,
  steady_since_ms INTEGER,
  swept_at_ms INTEGER
) STRICT;
INSERT INTO ledger_clock (only, last_id_time_ms) VALUES (1, 0);
`;
