import { notedEventTypes } from '../../../domain/event.ts';
import type { EventReads } from '../../../reads/books/events.ts';
import type { EventTally, TallyWanted } from '../../../reads/event-tally.ts';
import { type TallyRow, tallyOf } from '../../event-tally.ts';
import { integer, literal, uuid, uuidBytes } from '../columns.ts';
import type { SqliteConnection, SqliteRow } from '../connection.ts';
import type { Read } from './reader.ts';

// Usage is always of at least one request, a reversal of less than none, a write-off of none.
const tallyEntriesSql = `SELECT count(*) AS looked, max(id) AS last_id,
       count(*) FILTER (WHERE requests > 0 AND recorded_at_ms >= ?1) AS recorded,
       count(*) FILTER (WHERE requests < 0 AND recorded_at_ms >= ?1) AS reversed,
       count(*) FILTER (WHERE requests = 0 AND recorded_at_ms >= ?1) AS written_off
     FROM (SELECT id, requests, recorded_at_ms FROM entries WHERE tenant = ?2 AND id > ?3 ORDER BY id LIMIT ?4)`;
const tallySettlementsSql = `SELECT count(*) AS looked, max(id) AS last_id,
       count(*) FILTER (WHERE settled_at_ms >= ?1) AS settled
     FROM (SELECT id, settled_at_ms FROM settlements WHERE tenant = ?2 AND id > ?3 ORDER BY id LIMIT ?4)`;
const tallyNotedSql = `SELECT type, count(*) AS looked, max(id) AS last_id, count(*) FILTER (WHERE at_ms >= ?1) AS counted
     FROM (SELECT id, type, at_ms FROM events WHERE tenant = ?2 AND id > ?3 ORDER BY id LIMIT ?4) GROUP BY type`;

/** Counts the next rows of each kind of events by type, without handing them over. */
function tallyEvents(connection: SqliteConnection, wanted: TallyWanted): EventTally {
  const { tenant, sinceMs, after, limit } = wanted;
  const rows = (sql: string, afterId: string) =>
    connection.all(sql, sinceMs, tenant, uuidBytes(afterId), limit);
  return {
    entries: tallyOf(rows(tallyEntriesSql, after.entries).map(readEntries)),
    settlements: tallyOf(rows(tallySettlementsSql, after.settlements).map(readSettlements)),
    noted: tallyOf(rows(tallyNotedSql, after.noted).map(readNoted)),
  };
}

const readTally =
  (countsOf: (row: SqliteRow) => TallyRow['counts']) =>
  (row: SqliteRow): TallyRow => ({
    counts: countsOf(row),
    looked: integer(row, 'looked'),
    lastId: row['last_id'] === null ? undefined : uuid(row, 'last_id'),
  });

const readEntries = readTally((row) => [
  ['usage.recorded', integer(row, 'recorded')],
  ['usage.reversed', integer(row, 'reversed')],
  ['credit.written_off', integer(row, 'written_off')],
]);
const readSettlements = readTally((row) => [['usage.settled', integer(row, 'settled')]]);
const readNoted = readTally((row) => [[literal(row, 'type', notedEventTypes), integer(row, 'counted')]]);

export function tallyRead(read: Read): Pick<EventReads, 'tallyEvents'> {
  return { tallyEvents: (wanted) => read((connection) => tallyEvents(connection, wanted)) };
}
