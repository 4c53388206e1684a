import type { EntryReads } from '../../../reads/books/entries.ts';
import { type EntriesLooked, type LookWanted, nothingUpTo } from '../../../reads/entries-looked.ts';
import { flag, integer, text } from '../columns.ts';
import type { StatementRunner, Value } from '../statement-runner.ts';
import { entryColumns, parseEntry, withAccount } from './entries.ts';
import type { Reader } from './reader.ts';

const within = 'FROM entries WHERE tenant = $1 AND id > $2 AND id <= $3 ORDER BY id LIMIT $4';
// Only what is wanted is handed over.
const lookSql = `SELECT ${entryColumns('$1')} FROM (SELECT * ${within}) AS e ${withAccount}
  WHERE a.tenant = $1 AND ($5::text IS NULL OR a.agent = $5) AND ($6::text IS NULL OR a.service_id = $6)
    AND ($7::bigint IS NULL OR e.occurred_at_ns >= $7) AND ($8::bigint IS NULL OR e.occurred_at_ns < $8) ORDER BY e.id`;
// There is no max of a uuid; its text sorts as it does.
const lookedSql = `SELECT count(*) AS looked, max(id::text COLLATE "C") AS last_id FROM (SELECT id ${within}) AS e`;
const isKnownSql = `SELECT ($2::text IS NULL OR EXISTS (SELECT 1 FROM accounts WHERE tenant = $1 AND agent = $2))
    AND ($3::text IS NULL OR EXISTS (SELECT 1 FROM accounts WHERE tenant = $1 AND service_id = $3)) AS is_known`;

/**
 * Reads the next entries of a tenant after an id and up to the horizon, and returns those of an agent or a service, or
 * of a time.
 */
async function lookForEntries(
  connection: StatementRunner,
  wanted: LookWanted,
  throughId: string,
): Promise<EntriesLooked> {
  const { tenant, agent, serviceId, occurredFromNs, occurredToNs, afterId, lookMax } = wanted;
  const [known] = await connection.rows(isKnownSql, [tenant, agent ?? null, serviceId ?? null]);
  // An account is committed with its first entry: none of it is up to the horizon, which was found before.
  if (known === undefined || !flag(known, 'is_known')) return nothingUpTo(throughId, wanted);
  const place: readonly Value[] = [tenant, afterId, throughId, lookMax];
  const filter = [agent ?? null, serviceId ?? null, textOf(occurredFromNs), textOf(occurredToNs)];
  // The statements see different moments, but up to the horizon no further rows are committed.
  const [rows, [end]] = await Promise.all([
    connection.rows(lookSql, [...place, ...filter]),
    connection.rows(lookedSql, place),
  ]);
  return {
    entries: rows.map(parseEntry),
    looked: end === undefined ? 0 : integer(end, 'looked'),
    lastId: end === undefined || end['last_id'] === null ? undefined : text(end, 'last_id'),
  };
}

function textOf(value: bigint | undefined): string | null {
  return value === undefined ? null : String(value);
}

export function lookForEntriesRead(reader: Reader): Pick<EntryReads, 'lookForEntries'> {
  return {
    lookForEntries: (wanted) =>
      reader.tail(wanted.tenant, (connection, throughId) => lookForEntries(connection, wanted, throughId)),
  };
}
