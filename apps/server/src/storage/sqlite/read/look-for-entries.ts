import type { EntryReads } from '../../../reads/books/entries.ts';
import { type EntriesLooked, type LookWanted, nothingUpTo } from '../../../reads/entries-looked.ts';
import { integer, uuid, uuidBytes } from '../columns.ts';
import type { SqliteConnection } from '../connection.ts';
import { entryColumns, loadLastEntryId, parseEntry } from './entries.ts';
import type { Read } from './reader.ts';

// Only wanted rows are returned: for others, only the index and the account are read.
const lookSql = `SELECT ${entryColumns}
     FROM (SELECT * FROM entries WHERE tenant = ?1 AND id > ?2 ORDER BY id LIMIT ?3) AS e
     CROSS JOIN accounts AS a USING (account)
     WHERE (?4 IS NULL OR a.agent = ?4) AND (?5 IS NULL OR a.service_id = ?5)
       AND (?6 IS NULL OR e.occurred_at_ns >= ?6) AND (?7 IS NULL OR e.occurred_at_ns < ?7) ORDER BY e.id`;
const lookedSql = `SELECT count(*) AS looked, max(id) AS last_id
     FROM (SELECT id FROM entries WHERE tenant = ? AND id > ? ORDER BY id LIMIT ?)`;
const hasAgentSql = 'SELECT 1 FROM accounts WHERE tenant = ? AND agent = ? LIMIT 1';
const hasServiceSql = 'SELECT 1 FROM accounts WHERE tenant = ? AND service_id = ? LIMIT 1';

/** Reads the next entries of a tenant after an id, and returns those of an agent or a service, or of a time. */
function lookForEntries(connection: SqliteConnection, wanted: LookWanted): EntriesLooked {
  const { tenant, agent, serviceId, occurredFromNs, occurredToNs, afterId, lookMax } = wanted;
  const isKnown = (sql: string, name: string | undefined) =>
    name === undefined || connection.get(sql, tenant, name) !== undefined;
  if (!isKnown(hasAgentSql, agent) || !isKnown(hasServiceSql, serviceId)) {
    return nothingUpTo(loadLastEntryId(connection, tenant), wanted);
  }
  const place = [tenant, uuidBytes(afterId), lookMax] as const;
  const rows = connection.all(
    lookSql,
    ...place,
    agent ?? null,
    serviceId ?? null,
    occurredFromNs ?? null,
    occurredToNs ?? null,
  );
  const end = connection.get(lookedSql, ...place);
  return {
    entries: rows.map((row) => parseEntry(connection, row)),
    looked: end === undefined ? 0 : integer(end, 'looked'),
    lastId: end === undefined || end['last_id'] === null ? undefined : uuid(end, 'last_id'),
  };
}

export function lookForEntriesRead(read: Read): Pick<EntryReads, 'lookForEntries'> {
  return { lookForEntries: (wanted) => read((connection) => lookForEntries(connection, wanted)) };
}
