import type { NotedEvent } from '../../../domain/event.ts';
import type { EventReads } from '../../../reads/books/events.ts';
import type { RowsBeyond } from '../../../reads/merge-events.ts';
import { events } from '../../tables/events.ts';
import { uuidBytes } from '../columns.ts';
import type { SqliteConnection } from '../connection.ts';
import { parserOf, selectList } from '../described.ts';
import { loadEntriesBeyond } from './entries.ts';
import type { Read } from './reader.ts';
import { loadSettlementsBeyond } from './settlements.ts';

const columns = selectList(events);
const parseEvent = parserOf(events);

const loadEventsBeyondSql = {
  asc: `SELECT ${columns} FROM events WHERE tenant = ? AND id > ? ORDER BY id LIMIT ?`,
  desc: `SELECT ${columns} FROM events WHERE tenant = ? AND id < ? ORDER BY id DESC LIMIT ?`,
} as const;
const loadEventSql = `SELECT ${columns} FROM events WHERE tenant = ? AND id = ?`;

/** Noted events beyond an id. */
function loadEventsBeyond(
  connection: SqliteConnection,
  { tenant, order, beyondId, limit }: RowsBeyond,
): NotedEvent[] {
  return connection.all(loadEventsBeyondSql[order], tenant, uuidBytes(beyondId), limit).map(parseEvent);
}

function loadEvent(connection: SqliteConnection, tenant: string, id: string): NotedEvent | undefined {
  const row = connection.get(loadEventSql, tenant, uuidBytes(id));
  return row && parseEvent(row);
}

export function eventReads(read: Read): Omit<EventReads, 'tallyEvents'> {
  return {
    events: (wanted) =>
      read((connection) => {
        const { entries, settlements, noted } = wanted.kinds;
        return {
          entries: entries ? loadEntriesBeyond(connection, wanted) : [],
          settlements: settlements ? loadSettlementsBeyond(connection, wanted) : [],
          noted: noted ? loadEventsBeyond(connection, wanted) : [],
        };
      }),
    notedEvent: (tenant, id) => read((connection) => loadEvent(connection, tenant, id)),
  };
}
