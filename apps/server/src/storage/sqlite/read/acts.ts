import type { Act } from '../../../domain/act.ts';
import type { ActReads } from '../../../reads/books/acts.ts';
import { actOf, auditLog } from '../../tables/acts.ts';
import { integer, text, uuidBytes } from '../columns.ts';
import type { SqliteConnection } from '../connection.ts';
import { parserOf, selectList } from '../described.ts';
import type { Read } from './reader.ts';

const columns = selectList(auditLog);
const parseAct = parserOf(auditLog);

const loadActsSql = `SELECT ${columns} FROM audit_log WHERE id < ? ORDER BY id DESC LIMIT ?`;
const loadActsOfTenantSql = `SELECT ${columns} FROM audit_log WHERE tenant = ? AND id < ? ORDER BY id DESC LIMIT ?`;
const loadCountSql = 'SELECT acts FROM audit_log_counts WHERE tenant = ?';
const loadNumbersSql =
  'SELECT number FROM audit_log WHERE tenant = ? AND number > ? AND number <= ? ORDER BY number LIMIT ?';
// From tenant to tenant, by the index: not over all acts of each.
export const loadTenantsSql = `WITH RECURSIVE logged (tenant) AS (
    SELECT min(tenant) FROM audit_log WHERE tenant > ?1
    UNION ALL SELECT (SELECT min(tenant) FROM audit_log AS a WHERE a.tenant > l.tenant) FROM logged AS l
      WHERE l.tenant IS NOT NULL LIMIT ?2)
  SELECT tenant FROM (SELECT tenant FROM logged WHERE tenant IS NOT NULL
    UNION SELECT tenant FROM audit_log_counts WHERE tenant > ?1) ORDER BY tenant LIMIT ?2`;

/** Administrative acts before an id, the newest first: of a tenant, or of all. */
function loadActsBefore(
  connection: SqliteConnection,
  tenant: string | undefined,
  beforeId: string,
  limit: number,
): Act[] {
  const before = uuidBytes(beforeId);
  const rows =
    tenant === undefined
      ? connection.all(loadActsSql, before, limit)
      : connection.all(loadActsOfTenantSql, tenant, before, limit);
  return rows.map((row) => actOf(parseAct(row)));
}

/** How many acts of a tenant were ever logged; `undefined` where the count is missing, or there were none. */
function loadActCount(connection: SqliteConnection, tenant: string): number | undefined {
  const row = connection.get(loadCountSql, tenant);
  return row && integer(row, 'acts');
}

/** Numbers of the acts of a tenant in (after, through], in their order. */
function loadActNumbers(
  connection: SqliteConnection,
  tenant: string,
  after: number,
  through: number,
  limit: number,
): number[] {
  return connection.all(loadNumbersSql, tenant, after, through, limit).map((row) => integer(row, 'number'));
}

/** Tenants of which acts were logged, after a name, in the order of their names. */
function loadActTenants(connection: SqliteConnection, after: string, limit: number): string[] {
  return connection.all(loadTenantsSql, after, limit).map((row) => text(row, 'tenant'));
}

export function actReads(read: Read): ActReads {
  return {
    actsBefore: (tenant, beforeId, limit) =>
      read((connection) => loadActsBefore(connection, tenant, beforeId, limit)),
    actCount: (tenant) => read((connection) => loadActCount(connection, tenant)),
    actNumbers: (tenant, after, through, limit) =>
      read((connection) => loadActNumbers(connection, tenant, after, through, limit)),
    actTenantsAfter: (after, limit) => read((connection) => loadActTenants(connection, after, limit)),
  };
}
