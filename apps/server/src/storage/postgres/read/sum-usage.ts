import type { EntryReads, UsageSum, UsageSumWanted } from '../../../reads/books/entries.ts';
import { integer, text } from '../columns.ts';
import type { StatementRunner } from '../statement-runner.ts';
import type { Reader } from './reader.ts';

// Usage is always of at least one request, a reversal of less than none, a write-off of none. There is no max of a uuid; its text
// sorts as it does.
const sumUsageSql = `SELECT count(*) AS looked, max(id::text COLLATE "C") AS last_id,
    count(*) FILTER (WHERE requests > 0) AS entries,
    coalesce(sum(requests) FILTER (WHERE requests > 0), 0)::text AS requests
  FROM (SELECT id, requests FROM entries WHERE tenant = $1 AND id > $2 AND id < $3 AND id <= $4 ORDER BY id LIMIT $5) AS e`;

/** Adds up the next entries of usage between two ids, up to the horizon. */
async function sumUsage(
  connection: StatementRunner,
  { tenant, afterId, beforeId, lookMax }: UsageSumWanted,
  throughId: string,
): Promise<UsageSum> {
  const [row] = await connection.rows(sumUsageSql, [tenant, afterId, beforeId, throughId, lookMax]);
  if (row === undefined) return { entries: 0, requests: 0n, looked: 0, lastId: undefined };
  return {
    entries: integer(row, 'entries'),
    requests: BigInt(text(row, 'requests')),
    looked: integer(row, 'looked'),
    lastId: row['last_id'] === null ? undefined : text(row, 'last_id'),
  };
}

export function usageSumRead(reader: Reader): Pick<EntryReads, 'sumUsage'> {
  return {
    sumUsage: (wanted) =>
      reader.tail(wanted.tenant, (connection, throughId) => sumUsage(connection, wanted, throughId)),
  };
}
