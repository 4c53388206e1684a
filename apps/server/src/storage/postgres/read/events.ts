import type { NotedEvent } from '../../../domain/event.ts';
import type { EventReads } from '../../../reads/books/events.ts';
import type { RowsBeyond } from '../../../reads/merge-events.ts';
import { events } from '../../tables/events.ts';
import { parserOf, selectList } from '../described.ts';
import type { StatementRunner } from '../statement-runner.ts';
import { loadEntriesBeyond } from './entries.ts';
import type { Reader } from './reader.ts';
import { loadSettlementsBeyond } from './settlements.ts';

const columns = selectList(events);
const parseEvent = parserOf(events);

const loadEventsBeyondSql = {
  asc: `SELECT ${columns} FROM events WHERE tenant = $1 AND id > $2 AND id <= $3 ORDER BY id LIMIT $4`,
  desc: `SELECT ${columns} FROM events WHERE tenant = $1 AND id < $2 AND id <= $3 ORDER BY id DESC LIMIT $4`,
} as const;
const loadEventSql = `SELECT ${columns} FROM events WHERE tenant = $1 AND id = $2`;

/** Noted events of a tenant beyond an id, up to the horizon of the list. */
async function loadEventsBeyond(
  connection: StatementRunner,
  { tenant, order, beyondId, limit }: RowsBeyond,
  throughId: string,
): Promise<NotedEvent[]> {
  const rows = await connection.rows(loadEventsBeyondSql[order], [tenant, beyondId, throughId, limit]);
  return rows.map(parseEvent);
}

async function loadEvent(
  connection: StatementRunner,
  tenant: string,
  id: string,
): Promise<NotedEvent | undefined> {
  const [row] = await connection.rows(loadEventSql, [tenant, id]);
  return row && parseEvent(row);
}

export function eventReads(reader: Reader): Omit<EventReads, 'tallyEvents'> {
  return {
    // One horizon for all kinds: the statements may be of different moments, and each is complete up to there.
    events: (wanted) =>
      reader.tail(wanted.tenant, async (connection, throughId) => {
        const { kinds } = wanted;
        const [entries, settlements, noted] = await Promise.all([
          kinds.entries ? loadEntriesBeyond(connection, wanted, throughId) : [],
          kinds.settlements ? loadSettlementsBeyond(connection, wanted, throughId) : [],
          kinds.noted ? loadEventsBeyond(connection, wanted, throughId) : [],
        ]);
        return { entries, settlements, noted };
      }),
    notedEvent: (tenant, id) => reader.of(tenant, (connection) => loadEvent(connection, tenant, id)),
  };
}
