import type { Json } from '@billonce/idempotency/core';
import { type Act, actorKinds, actTypes } from '../../domain/act.ts';
import { integer, literal, text, textOrAbsent, uuid, uuidBytes } from './columns.ts';
import type { Connection, Row } from './connection.ts';

const columns = 'id, tenant, at_ms, type, subject, details, actor, key_prefix, address, request_id';

const loadActsSql = `SELECT ${columns} FROM audit_log WHERE id < ? ORDER BY id DESC LIMIT ?`;
const loadActsOfTenantSql = `SELECT ${columns} FROM audit_log WHERE tenant = ? AND id < ? ORDER BY id DESC LIMIT ?`;
const saveActSql = `INSERT INTO audit_log (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** Administrative acts before an id, the newest first: of a tenant, or of all. */
export function loadActsBefore(
  connection: Connection,
  tenant: string | undefined,
  beforeId: string,
  limit: number,
): Act[] {
  const before = uuidBytes(beforeId);
  const rows =
    tenant === undefined
      ? connection.all(loadActsSql, before, limit)
      : connection.all(loadActsOfTenantSql, tenant, before, limit);
  return rows.map(parseAct);
}

export function saveAct(connection: Connection, act: Act): void {
  const { id, tenant, atMs, type, subject, details, actor } = act;
  const { kind, keyPrefix = null, address = null, requestId = null } = actor;
  connection.run(
    saveActSql,
    uuidBytes(id),
    tenant,
    atMs,
    type,
    subject,
    JSON.stringify(details),
    kind,
    keyPrefix,
    address,
    requestId,
  );
}

function parseAct(row: Row): Act {
  const details: Json = JSON.parse(text(row, 'details'));
  return {
    id: uuid(row, 'id'),
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
