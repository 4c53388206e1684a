/** The log of administrative acts: each is committed with what it tells of. */
export const auditLog = `
CREATE TABLE audit_log (
  id BLOB PRIMARY KEY,
  tenant TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  type TEXT NOT NULL,
  subject TEXT NOT NULL,
  details TEXT NOT NULL,
  actor TEXT NOT NULL,
  key_prefix TEXT,
  address TEXT,
  request_id TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_log_by_tenant ON audit_log (tenant, id);

CREATE TRIGGER audit_log_is_not_changed BEFORE UPDATE ON audit_log
  BEGIN SELECT RAISE (ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_log_is_not_deleted BEFORE DELETE ON audit_log
  BEGIN SELECT RAISE (ABORT, 'the audit log is append-only'); END;
`;
