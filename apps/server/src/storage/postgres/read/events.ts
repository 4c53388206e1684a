import type { Json } from '@billonce/idempotency/core';
import { type NotedEvent, notedEventTypes } from '../../../domain/event.ts';
import type { RowsBeyond } from '../../../reads/merge-events.ts';
import { integer, json, literal, text } from '../columns.ts';
import type { Connection, Row, Statements } from '../connection.ts';

const columns = 'id, type, at_ms, data';

const loadEventsBeyondSql = {
  asc: `SELECT ${columns} FROM events WHERE tenant = $1 AND id > $2 AND id <= $3 ORDER BY id LIMIT $4`,
  desc: `SELECT ${columns} FROM events WHERE tenant = $1 AND id < $2 AND id <= $3 ORDER BY id DESC LIMIT $4`,
} as const;
const loadEventSql = `SELECT ${columns} FROM events WHERE tenant = $1 AND id = $2`;
const saveEventsSql = `INSERT INTO events (tenant, ${columns}) SELECT tenant, ${columns}
  FROM json_to_recordset($1) AS w (tenant text, id uuid, type text, at_ms bigint, data text)`;

/** Noted events of a tenant beyond an id, up to the horizon of the list. */
export async function loadEventsBeyond(
  connection: Connection,
  { tenant, order, beyondId, limit }: RowsBeyond,
  throughId: string,
): Promise<NotedEvent[]> {
  const rows = await connection.rows(loadEventsBeyondSql[order], [tenant, beyondId, throughId, limit]);
  return rows.map(parseEvent);
}

export async function loadEvent(
  connection: Connection,
  tenant: string,
  id: string,
): Promise<NotedEvent | undefined> {
  const [row] = await connection.rows(loadEventSql, [tenant, id]);
  return row && parseEvent(row);
}

export async function saveEvents(
  statements: Statements,
  events: readonly { readonly tenant: string; readonly event: NotedEvent }[],
): Promise<void> {
  if (events.length === 0) return;
  const rows = events.map(({ tenant, event: { id, type, atMs, data } }) => ({
    tenant,
    id,
    type,
    at_ms: atMs,
    data: JSON.stringify(data),
  }));
  await statements.rows(saveEventsSql, [json(rows)]);
}

function parseEvent(row: Row): NotedEvent {
  const type = literal(row, 'type', notedEventTypes);
  const data: Json = JSON.parse(text(row, 'data'));
  return { id: text(row, 'id'), type, atMs: integer(row, 'at_ms'), data };
}
