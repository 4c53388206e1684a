/** Events that no other row tells of, webhooks, and what is to be delivered to them: the outbox. */
export const webhooks = `
CREATE TABLE events (
  tenant TEXT NOT NULL,
  id BLOB NOT NULL,
  type TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE webhooks (
  tenant TEXT NOT NULL,
  id BLOB NOT NULL,
  url TEXT NOT NULL,
  events TEXT NOT NULL,
  kept_secret TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  disabled TEXT,
  tested_at_ms INTEGER NOT NULL,
  deleted INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE deliveries (
  tenant TEXT NOT NULL,
  webhook BLOB NOT NULL,
  event BLOB NOT NULL,
  event_type TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  next_attempt_at_ms INTEGER NOT NULL,
  attempted_at_ms INTEGER,
  outcome TEXT,
  status INTEGER,
  PRIMARY KEY (tenant, webhook, event),
  FOREIGN KEY (tenant, webhook) REFERENCES webhooks (tenant, id)
) STRICT, WITHOUT ROWID;
-- The worker goes from webhook to webhook, so that one whose receiver is down does not stand before the others.
CREATE INDEX deliveries_due ON deliveries (tenant, webhook, next_attempt_at_ms) WHERE state = 'pending';
`;
