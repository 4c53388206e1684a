import type { Act } from '../../../domain/act.ts';
import type { ActReads } from '../../../reads/books/acts.ts';
import { actOf, auditLog } from '../../tables/acts.ts';
import { integer, text } from '../columns.ts';
import { parserOf, selectList } from '../described.ts';
import { ofAllTenants } from '../one-tenant.ts';
import type { StatementRunner } from '../statement-runner.ts';
import type { Reader } from './reader.ts';

const columns = selectList(auditLog);
const parseAct = parserOf(auditLog);

const loadActsSql = `SELECT ${columns} FROM audit_log WHERE id < $1 ORDER BY id DESC LIMIT $2`;
const loadActsOfTenantSql = `SELECT ${columns} FROM audit_log WHERE tenant = $1 AND id < $2 ORDER BY id DESC LIMIT $3`;
const loadCountSql = 'SELECT acts FROM audit_log_counts WHERE tenant = $1';
const loadNumbersSql =
  'SELECT number FROM audit_log WHERE tenant = $1 AND number > $2 AND number <= $3 ORDER BY number LIMIT $4';
// From tenant to tenant, by the index: not over all acts of each.
const loadTenantsSql = ofAllTenants(
  `WITH RECURSIVE logged (tenant) AS (
    (SELECT tenant FROM audit_log WHERE tenant > $1 ORDER BY tenant LIMIT 1)
    UNION ALL SELECT n.tenant FROM logged AS l CROSS JOIN LATERAL
      (SELECT a.tenant FROM audit_log AS a WHERE a.tenant > l.tenant ORDER BY a.tenant LIMIT 1) AS n)
  SELECT tenant FROM ((SELECT tenant FROM logged LIMIT $2)
    UNION (SELECT tenant FROM audit_log_counts WHERE tenant > $1 ORDER BY tenant LIMIT $2)) AS known
  ORDER BY tenant LIMIT $2`,
  `SELECT tenant FROM (SELECT tenant FROM audit_log WHERE tenant > $1 GROUP BY tenant
    UNION SELECT tenant FROM audit_log_counts WHERE tenant > $1) AS known ORDER BY tenant LIMIT $2`,
);

/** Administrative acts before an id, the newest first: of a tenant, or of all. */
async function loadActsBefore(
  connection: StatementRunner,
  tenant: string | undefined,
  beforeId: string,
  limit: number,
): Promise<Act[]> {
  const rows =
    tenant === undefined
      ? await connection.rows(loadActsSql, [beforeId, limit])
      : await connection.rows(loadActsOfTenantSql, [tenant, beforeId, limit]);
  return rows.map((row) => actOf(parseAct(row)));
}

/** How many acts of a tenant were ever logged; `undefined` where the count is missing, or there were none. */
async function loadActCount(connection: StatementRunner, tenant: string): Promise<number | undefined> {
  const [row] = await connection.rows(loadCountSql, [tenant]);
  return row && integer(row, 'acts');
}

/** Numbers of the acts of a tenant in (after, through], in their order. */
async function loadActNumbers(
  connection: StatementRunner,
  tenant: string,
  after: number,
  through: number,
  limit: number,
): Promise<number[]> {
  const rows = await connection.rows(loadNumbersSql, [tenant, after, through, limit]);
  return rows.map((row) => integer(row, 'number'));
}

/** Tenants of which acts were logged, after a name, in the order of their names. */
async function loadActTenants(connection: StatementRunner, after: string, limit: number): Promise<string[]> {
  return (await connection.rows(loadTenantsSql, [after, limit])).map((row) => text(row, 'tenant'));
}

export function actReads(reader: Reader): ActReads {
  return {
    actsBefore: (tenant, beforeId, limit) =>
      reader.read((connection) => loadActsBefore(connection, tenant, beforeId, limit)),
    actCount: (tenant) => reader.of(tenant, (connection) => loadActCount(connection, tenant)),
    actNumbers: (tenant, after, through, limit) =>
      reader.of(tenant, (connection) => loadActNumbers(connection, tenant, after, through, limit)),
    actTenantsAfter: (after, limit) => reader.read((connection) => loadActTenants(connection, after, limit)),
  };
}
