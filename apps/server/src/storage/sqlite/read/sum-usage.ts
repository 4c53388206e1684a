import type { EntryReads, UsageSum, UsageSumWanted } from '../../../reads/books/entries.ts';
import { integer, uuid, uuidBytes } from '../columns.ts';
import type { SqliteConnection } from '../connection.ts';
import type { Read } from './reader.ts';

// Usage is always of at least one request, a reversal of less than none, a write-off of none.
const sumUsageSql = `SELECT count(*) AS looked, max(id) AS last_id, count(*) FILTER (WHERE requests > 0) AS entries,
       coalesce(sum(requests) FILTER (WHERE requests > 0), 0) AS requests
     FROM (SELECT id, requests FROM entries WHERE tenant = ? AND id > ? AND id < ? ORDER BY id LIMIT ?)`;

/** Adds up the next entries of usage between two ids: few enough that the sum fits into 64 bits. */
function sumUsage(
  connection: SqliteConnection,
  { tenant, afterId, beforeId, lookMax }: UsageSumWanted,
): UsageSum {
  const row = connection.get(sumUsageSql, tenant, uuidBytes(afterId), uuidBytes(beforeId), lookMax);
  if (row === undefined) return { entries: 0, requests: 0n, looked: 0, lastId: undefined };
  return {
    entries: integer(row, 'entries'),
    requests: BigInt(integer(row, 'requests')),
    looked: integer(row, 'looked'),
    lastId: row['last_id'] === null ? undefined : uuid(row, 'last_id'),
  };
}

export function usageSumRead(read: Read): Pick<EntryReads, 'sumUsage'> {
  return { sumUsage: (wanted) => read((connection) => sumUsage(connection, wanted)) };
}
