import type { Json } from '@billonce/idempotency/core';
import { type NotedEvent, notedEventTypes } from '../../../domain/event.ts';
import type { RowsBeyond } from '../../../reads/merge-events.ts';
import { integer, literal, text, uuid, uuidBytes } from '../columns.ts';
import type { Connection, Row } from '../connection.ts';

const columns = 'id, type, at_ms, data';

const loadEventsBeyondSql = {
  asc: `SELECT ${columns} FROM events WHERE tenant = ? AND id > ? ORDER BY id LIMIT ?`,
  desc: `SELECT ${columns} FROM events WHERE tenant = ? AND id < ? ORDER BY id DESC LIMIT ?`,
} as const;
const loadEventSql = `SELECT ${columns} FROM events WHERE tenant = ? AND id = ?`;
const saveEventSql = `INSERT INTO events (tenant, ${columns}) VALUES (?, ?, ?, ?, ?)`;

/** Noted events beyond an id. */
export function loadEventsBeyond(
  connection: Connection,
  { tenant, order, beyondId, limit }: RowsBeyond,
): NotedEvent[] {
  return connection.all(loadEventsBeyondSql[order], tenant, uuidBytes(beyondId), limit).map(parseEvent);
}

export function loadEvent(connection: Connection, tenant: string, id: string): NotedEvent | undefined {
  const row = connection.get(loadEventSql, tenant, uuidBytes(id));
  return row && parseEvent(row);
}

export function saveEvent(connection: Connection, tenant: string, event: NotedEvent): void {
  const { id, type, atMs, data } = event;
  connection.run(saveEventSql, tenant, uuidBytes(id), type, atMs, JSON.stringify(data));
}

function parseEvent(row: Row): NotedEvent {
  const type = literal(row, 'type', notedEventTypes);
  const data: Json = JSON.parse(text(row, 'data'));
  return { id: uuid(row, 'id'), type, atMs: integer(row, 'at_ms'), data };
}
