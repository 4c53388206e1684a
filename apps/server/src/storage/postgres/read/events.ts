import type { NotedEvent } from '../../../domain/event.ts';
import type { RowsBeyond } from '../../../reads/merge-events.ts';
import { events } from '../../tables/events.ts';
import type { Connection } from '../connection.ts';
import { parserOf, selectList } from '../described.ts';

const columns = selectList(events);
const parseEvent = parserOf(events);

const loadEventsBeyondSql = {
  asc: `SELECT ${columns} FROM events WHERE tenant = $1 AND id > $2 AND id <= $3 ORDER BY id LIMIT $4`,
  desc: `SELECT ${columns} FROM events WHERE tenant = $1 AND id < $2 AND id <= $3 ORDER BY id DESC LIMIT $4`,
} as const;
const loadEventSql = `SELECT ${columns} FROM events WHERE tenant = $1 AND id = $2`;

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
