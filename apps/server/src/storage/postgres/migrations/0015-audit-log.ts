/** The log of administrative acts: each is committed with what it tells of. */
export const auditLog = `
CREATE TABLE audit_log (
  tenant text COLLATE "C" NOT NULL,
  id uuid NOT NULL,
  at_ms bigint NOT NULL,
  type text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  details text COLLATE "C" NOT NULL,
  actor text COLLATE "C" NOT NULL,
  key_prefix text COLLATE "C",
  address text COLLATE "C",
  request_id text COLLATE "C",
  PRIMARY KEY (tenant, id)
);
-- The operator reads the acts of all tenants.
CREATE INDEX audit_log_by_id ON audit_log (id);
`;
