import type { Entry, KnownUsage } from '../../../domain/usage.ts';
import type { EntryReads } from '../../../reads/books/entries.ts';
import type { AccountKey } from '../../../reads/books.ts';
import type { RowsBeyond } from '../../../reads/merge-events.ts';
import { entries } from '../../tables/entries.ts';
import { integer, json, text } from '../columns.ts';
import { parserOf, selectList } from '../described.ts';
import { ofTenants } from '../one-tenant.ts';
import type { PostgresRow, StatementRunner } from '../statement-runner.ts';
import type { Reader } from './reader.ts';
import { parseReversal, reversalColumn } from './reversals.ts';
import { parseWriteOff, writeOffColumn } from './write-offs.ts';

/**
 * Of `entries AS e` and `accounts AS a`, with what a reversal takes back. Usage always has at least one request, a
 * write-off has none.
 */
export const entryColumns = (tenant: string) =>
  `e.account, ${selectList(entries, 'e', 'a', tenant)}, ${reversalColumn(tenant)}, ${writeOffColumn(tenant)}`;
const columns = entryColumns('$1');
const parseFields = parserOf(entries);
export const withAccount = 'JOIN accounts AS a ON a.tenant = e.tenant AND a.account = e.account';

const loadUsagesSql = ofTenants(
  1,
  (
    tenant,
  ) => `SELECT e.tenant, ${entryColumns(tenant)} FROM json_to_recordset($1) AS w (tenant text, usage_id text)
  CROSS JOIN LATERAL (SELECT * FROM entries AS b
    WHERE b.tenant = ${tenant} AND b.usage_id = w.usage_id LIMIT 1) AS e
  CROSS JOIN LATERAL (SELECT * FROM accounts AS o
    WHERE o.tenant = ${tenant} AND o.account = e.account LIMIT 1) AS a`,
);
const loadEntrySql = `SELECT ${columns} FROM entries AS e ${withAccount} WHERE e.tenant = $1 AND e.id = $2`;
const loadLastEntryIdSql = 'SELECT id FROM entries WHERE tenant = $1 AND id <= $2 ORDER BY id DESC LIMIT 1';
const loadEntriesBeyondSql = {
  asc: `SELECT ${columns} FROM entries AS e ${withAccount}
  WHERE e.tenant = $1 AND e.id > $2 AND e.id <= $3 ORDER BY e.id LIMIT $4`,
  desc: `SELECT ${columns} FROM entries AS e ${withAccount}
  WHERE e.tenant = $1 AND e.id < $2 AND e.id <= $3 ORDER BY e.id DESC LIMIT $4`,
} as const;
const loadEntriesOfSql = `SELECT ${columns} FROM accounts AS a
  JOIN entries AS e ON e.tenant = a.tenant AND e.account = a.account
  WHERE a.tenant = $1 AND a.agent = $2 AND a.service_id = $3 AND e.sequence > $4 AND e.sequence <= $5
  ORDER BY e.sequence LIMIT $6`;

/** An entry with its place: the account's id, in its tenant. */
export interface PlacedEntry {
  readonly tenant: string;
  readonly account: string;
  readonly entry: Entry;
}

/** The known ones among the usage ids, and their usage: one query for all of them. */
export async function loadUsages(
  connection: StatementRunner,
  wanted: readonly { readonly tenant: string; readonly usageId: string }[],
): Promise<{ readonly tenant: string; readonly usageId: string; readonly usage: KnownUsage }[]> {
  const names = wanted.map(({ tenant, usageId }) => ({ tenant, usage_id: usageId }));
  const rows = await connection.rows(loadUsagesSql, [json(names)]);
  return rows.map((row) => {
    const entry = parseEntry(row);
    return {
      tenant: text(row, 'tenant'),
      usageId: text(row, 'usage_id'),
      usage: { item: entry, entryId: entry.id },
    };
  });
}

export async function loadEntry(
  connection: StatementRunner,
  tenant: string,
  id: string,
): Promise<PlacedEntry | undefined> {
  const [row] = await connection.rows(loadEntrySql, [tenant, id]);
  return row && { tenant, account: text(row, 'account'), entry: parseEntry(row) };
}

/** Id of the last entry up to an id. */
async function loadLastEntryId(
  connection: StatementRunner,
  tenant: string,
  throughId: string,
): Promise<string | undefined> {
  const [row] = await connection.rows(loadLastEntryIdSql, [tenant, throughId]);
  return row && text(row, 'id');
}

/** Entries of a tenant beyond an id, up to the horizon of the list. */
export async function loadEntriesBeyond(
  connection: StatementRunner,
  { tenant, order, beyondId, limit }: RowsBeyond,
  throughId: string,
): Promise<Entry[]> {
  const rows = await connection.rows(loadEntriesBeyondSql[order], [tenant, beyondId, throughId, limit]);
  return rows.map(parseEntry);
}

/** Entries of an account with sequence in (after, through]. */
async function loadEntriesOf(
  connection: StatementRunner,
  { tenant, agent, serviceId }: AccountKey,
  after: number,
  through: number,
  limit: number,
): Promise<Entry[]> {
  const rows = await connection.rows(loadEntriesOfSql, [tenant, agent, serviceId, after, through, limit]);
  return rows.map(parseEntry);
}

export function parseEntry(row: PostgresRow): Entry {
  const requests = integer(row, 'requests');
  return parseFields(row, {
    reversal: requests < 0 ? parseReversal(row) : undefined,
    writeOff: requests === 0 ? parseWriteOff(row) : undefined,
  });
}

export function entryReads(reader: Reader): Omit<EntryReads, 'lookForEntries' | 'sumUsage' | 'entryStates'> {
  return {
    entry: async (tenant, id) =>
      (await reader.of(tenant, (connection) => loadEntry(connection, tenant, id)))?.entry,
    lastEntryId: (tenant) =>
      reader.tail(tenant, (connection, throughId) => loadLastEntryId(connection, tenant, throughId)),
    usages: async (tenant, usageIds) => {
      const wanted = [...usageIds].map((usageId) => ({ tenant, usageId }));
      const known = await reader.of(tenant, (connection) => loadUsages(connection, wanted));
      return new Map(known.map(({ usageId, usage }) => [usageId, usage]));
    },
    entriesAfter: (tenant, beyondId, limit) =>
      reader.tail(tenant, (connection, throughId) =>
        loadEntriesBeyond(connection, { tenant, order: 'asc', beyondId, limit }, throughId),
      ),
    entriesOf: (key, after, through, limit) =>
      reader.of(key.tenant, (connection) => loadEntriesOf(connection, key, after, through, limit)),
  };
}
