import type { Json } from '@billonce/idempotency/core';
import { type Act, actorKinds, actTypes } from '../../domain/act.ts';
import { integer, json, literal, text, textOrAbsent } from './columns.ts';
import type { Connection, Row, Statements } from './connection.ts';

const columns = 'id, tenant, at_ms, type, subject, details, actor, key_prefix, address, request_id';

const loadActsSql = `SELECT ${columns} FROM audit_log WHERE id < $1 ORDER BY id DESC LIMIT $2`;
const loadActsOfTenantSql = `SELECT ${columns} FROM audit_log WHERE tenant = $1 AND id < $2 ORDER BY id DESC LIMIT $3`;
const saveActsSql = `INSERT INTO audit_log (${columns}) SELECT ${columns}
  FROM json_to_recordset($1) AS w (id uuid, tenant text, at_ms bigint, type text, subject text, details text, actor text,
    key_prefix text, address text, request_id text)`;

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
