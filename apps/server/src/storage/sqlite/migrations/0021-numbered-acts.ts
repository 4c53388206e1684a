/** Numbers of the acts of a tenant, from 1 without gaps, and how many there were: an act that was removed is missed. */
export const numberedActs = `
CREATE TABLE audit_log_counts (
  tenant TEXT NOT NULL PRIMARY KEY,
  acts INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

DROP TRIGGER audit_log_is_not_changed;
ALTER TABLE audit_log ADD COLUMN number INTEGER;
UPDATE audit_log SET number = n.number
  FROM (SELECT id, row_number() OVER (PARTITION BY tenant ORDER BY id) AS number FROM audit_log) AS n
  WHERE n.id = audit_log.id;
INSERT INTO audit_log_counts (tenant, acts) SELECT tenant, count(*) FROM audit_log GROUP BY tenant;
CREATE UNIQUE INDEX audit_log_by_number ON audit_log (tenant, number);

CREATE TRIGGER audit_log_is_not_changed BEFORE UPDATE ON audit_log
  BEGIN SELECT RAISE (ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_log_counts_only_grow BEFORE UPDATE ON audit_log_counts WHEN new.acts < old.acts
  BEGIN SELECT RAISE (ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_log_counts_are_not_deleted BEFORE DELETE ON audit_log_counts
  BEGIN SELECT RAISE (ABORT, 'the audit log is append-only'); END;
`;
