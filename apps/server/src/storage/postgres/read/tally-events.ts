import { notedEventTypes } from '../../../domain/event.ts';
import type { EventReads } from '../../../reads/books/events.ts';
import type { EventTally, TallyWanted } from '../../../reads/event-tally.ts';
import { type TallyRow, tallyOf } from '../../event-tally.ts';
import { integer, literal, text } from '../columns.ts';
import type { PostgresRow, StatementRunner } from '../statement-runner.ts';
import type { Reader } from './reader.ts';

// Usage is always of at least one request, a reversal of less than none, a write-off of none. There is no max of a uuid; its text
// sorts as it does.
const looked = 'count(*) AS looked, max(id::text COLLATE "C") AS last_id';
const within = 'WHERE tenant = $2 AND id > $3 AND id <= $4 ORDER BY id LIMIT $5';
const tallyEntriesSql = `SELECT ${looked},
    count(*) FILTER (WHERE requests > 0 AND recorded_at_ms >= $1) AS recorded,
    count(*) FILTER (WHERE requests < 0 AND recorded_at_ms >= $1) AS reversed,
    count(*) FILTER (WHERE requests = 0 AND recorded_at_ms >= $1) AS written_off
  FROM (SELECT id, requests, recorded_at_ms FROM entries ${within}) AS e`;
const tallySettlementsSql = `SELECT ${looked}, count(*) FILTER (WHERE settled_at_ms >= $1) AS settled
  FROM (SELECT id, settled_at_ms FROM settlements ${within}) AS s`;
const tallyNotedSql = `SELECT type, ${looked}, count(*) FILTER (WHERE at_ms >= $1) AS counted
  FROM (SELECT id, type, at_ms FROM events ${within}) AS e GROUP BY type`;

/** Counts the next rows of each kind of events by type, up to the horizon, without handing them over. */
async function tallyEvents(
  connection: StatementRunner,
  wanted: TallyWanted,
  throughId: string,
): Promise<EventTally> {
  const { tenant, sinceMs, after, limit } = wanted;
  const rows = (sql: string, afterId: string) =>
    connection.rows(sql, [sinceMs, tenant, afterId, throughId, limit]);
  const [entries, settlements, noted] = await Promise.all([
    rows(tallyEntriesSql, after.entries),
    rows(tallySettlementsSql, after.settlements),
    rows(tallyNotedSql, after.noted),
  ]);
  return {
    entries: tallyOf(entries.map(readEntries)),
    settlements: tallyOf(settlements.map(readSettlements)),
    noted: tallyOf(noted.map(readNoted)),
  };
}

const readTally =
  (countsOf: (row: PostgresRow) => TallyRow['counts']) =>
  (row: PostgresRow): TallyRow => ({
    counts: countsOf(row),
    looked: integer(row, 'looked'),
    lastId: row['last_id'] === null ? undefined : text(row, 'last_id'),
  });

const readEntries = readTally((row) => [
  ['usage.recorded', integer(row, 'recorded')],
  ['usage.reversed', integer(row, 'reversed')],
  ['credit.written_off', integer(row, 'written_off')],
]);
const readSettlements = readTally((row) => [['usage.settled', integer(row, 'settled')]]);
const readNoted = readTally((row) => [[literal(row, 'type', notedEventTypes), integer(row, 'counted')]]);

export function tallyRead(reader: Reader): Pick<EventReads, 'tallyEvents'> {
  return {
    tallyEvents: (wanted) =>
      reader.tail(wanted.tenant, (connection, throughId) => tallyEvents(connection, wanted, throughId)),
  };
}
