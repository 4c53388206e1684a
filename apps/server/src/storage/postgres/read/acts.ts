import type { Json } from '@billonce/idempotency/core';
import { type Act, actorKinds, actTypes } from '../../../domain/act.ts';
import { integer, json, literal, text, textOrAbsent } from '../columns.ts';
import type { Connection, Row, Statements } from '../connection.ts';

const columns = 'id, tenant, at_ms, type, subject, details, actor, key_prefix, address, request_id';

const loadActsSql = `SELECT ${columns} FROM audit_log WHERE id < $1 ORDER BY id DESC LIMIT $2`;
const loadActsOfTenantSql = `SELECT ${columns} FROM audit_log WHERE tenant = $1 AND id < $2 ORDER BY id DESC LIMIT $3`;
// The count of a tenant is locked until the commit, in one order: each number is given once.
const saveActsSql = `WITH made AS (SELECT *, row_number() OVER (PARTITION BY tenant ORDER BY id) AS place
    FROM json_to_recordset($1) AS w (id uuid, tenant text, at_ms bigint, type text, subject text, details text, actor text,
      key_prefix text, address text, request_id text)),
  counted AS (INSERT INTO audit_log_counts AS c (tenant, acts)
    SELECT tenant, count(*) FROM made GROUP BY tenant ORDER BY tenant
    ON CONFLICT (tenant) DO UPDATE SET acts = c.acts + excluded.acts RETURNING c.tenant, c.acts)
  INSERT INTO audit_log (${columns}, number)
  SELECT ${columns}, c.acts - count(*) OVER (PARTITION BY tenant) + place FROM made JOIN counted AS c USING (tenant)`;
const loadCountSql = 'SELECT acts FROM audit_log_counts WHERE tenant = $1';
const loadNumbersSql =
  'SELECT number FROM audit_log WHERE tenant = $1 AND number > $2 AND number <= $3 ORDER BY number LIMIT $4';
// From tenant to tenant, by the index: not over all acts of each.
const loadTenantsSql = `WITH RECURSIVE logged (tenant) AS (
    (SELECT tenant FROM audit_log WHERE tenant > $1 ORDER BY tenant LIMIT 1)
    UNION ALL SELECT n.tenant FROM logged AS l CROSS JOIN LATERAL
      (SELECT a.tenant FROM audit_log AS a WHERE a.tenant > l.tenant ORDER BY a.tenant LIMIT 1) AS n)
  SELECT tenant FROM ((SELECT tenant FROM logged LIMIT $2)
    UNION (SELECT tenant FROM audit_log_counts WHERE tenant > $1 ORDER BY tenant LIMIT $2)) AS known
  ORDER BY tenant LIMIT $2`;

/** Administrative acts before an id, the newest first: of a tenant, or of all. */
export async function loadActsBefore(
  connection: Connection,
  tenant: string | undefined,
  beforeId: string,
  limit: number,
): Promise<Act[]> {
  const rows =
    tenant === undefined
      ? await connection.rows(loadActsSql, [beforeId, limit])
      : await connection.rows(loadActsOfTenantSql, [tenant, beforeId, limit]);
  return rows.map(parseAct);
}

export async function saveActs(statements: Statements, acts: readonly Act[]): Promise<void> {
  if (acts.length === 0) return;
  const rows = acts.map(({ id, tenant, atMs, type, subject, details, actor }) => ({
    id,
    tenant,
    at_ms: atMs,
    type,
    subject,
    details: JSON.stringify(details),
    actor: actor.kind,
    key_prefix: actor.keyPrefix ?? null,
    address: actor.address ?? null,
    request_id: actor.requestId ?? null,
  }));
  await statements.rows(saveActsSql, [json(rows)]);
}

/** How many acts of a tenant were ever logged; `undefined` where the count is missing, or there were none. */
export async function loadActCount(connection: Connection, tenant: string): Promise<number | undefined> {
  const [row] = await connection.rows(loadCountSql, [tenant]);
  return row && integer(row, 'acts');
}

/** Numbers of the acts of a tenant in (after, through], in their order. */
export async function loadActNumbers(
  connection: Connection,
  tenant: string,
  after: number,
  through: number,
  limit: number,
): Promise<number[]> {
  const rows = await connection.rows(loadNumbersSql, [tenant, after, through, limit]);
  return rows.map((row) => integer(row, 'number'));
}

/** Tenants of which acts were logged, after a name, in the order of their names. */
export async function loadActTenants(
  connection: Connection,
  after: string,
  limit: number,
): Promise<string[]> {
  return (await connection.rows(loadTenantsSql, [after, limit])).map((row) => text(row, 'tenant'));
}

function parseAct(row: Row): Act {
  const details: Json = JSON.parse(text(row, 'details'));
  return {
    id: text(row, 'id'),
    tenant: text(row, 'tenant'),
    atMs: integer(row, 'at_ms'),
    type: literal(row, 'type', actTypes),
    subject: text(row, 'subject'),
    details,
    actor: {
      kind: literal(row, 'actor', actorKinds),
      keyPrefix: textOrAbsent(row, 'key_prefix'),
      address: textOrAbsent(row, 'address'),
      requestId: textOrAbsent(row, 'request_id'),
    },
  };
}
