import type { Position } from '../../../domain/position.ts';
import type { Entry, KnownEntry, KnownUsage } from '../../../domain/usage.ts';
import type { EntryReads } from '../../../reads/books/entries.ts';
import type { RowsBeyond } from '../../../reads/merge-events.ts';
import { entries } from '../../tables/entries.ts';
import { positionTiers } from '../../tables/reversed-tiers.ts';
import { integer, text, textOrAbsent, uuid, uuidBytes } from '../columns.ts';
import type { SqliteConnection, SqliteRow } from '../connection.ts';
import { parserOf, selectList } from '../described.ts';
import { loadAccount } from './accounts.ts';
import type { Read } from './reader.ts';
import {
  loadLaterReversedFrom,
  loadReturnedLater,
  loadReversal,
  loadReversedBehind,
  loadReversedOf,
  loadReversedThrough,
} from './reversals.ts';
import { loadWriteOff } from './write-offs.ts';

/** Of `entries AS e` and `accounts AS a`. */
export const entryColumns = `e.account, ${selectList(entries, 'e', 'a')}`;
const parseFields = parserOf(entries);

const loadUsagesSql = `SELECT ${entryColumns} FROM json_each(?) AS wanted
     CROSS JOIN entries AS e ON e.tenant = ? AND e.usage_id = wanted.value
     CROSS JOIN accounts AS a USING (account)`;
/*
 * The index of entries by account lags. It has the entries of an account up to some sequence; those after it are among the entries with
 * an id after `entries_indexed_through`, of which there are at most some thousands (`write/entry-index.ts`).
 */
const indexed = `accounts AS a CROSS JOIN account_entries AS x ON x.account = a.account
     CROSS JOIN entries AS e ON e.tenant = a.tenant AND e.id = x.id`;
const notIndexed = `accounts AS a CROSS JOIN entries AS e ON e.tenant = a.tenant
     AND e.id > (SELECT entries_indexed_through FROM ledger_clock WHERE only = 1) AND e.account = a.account`;
const positionColumns =
  'e.sequence, e.price_version, e.line_requests, e.paid_after, e.tiered, e.recorded_at_ms';
const loadPositionSql = `SELECT ${positionColumns} FROM ${indexed} WHERE a.account = ?1 AND x.sequence = ?2`;
const loadLatePositionSql = `SELECT ${positionColumns} FROM ${notIndexed}
     WHERE a.account = ?1 AND a.sequence >= ?2 AND e.sequence = ?2`;
const loadEntrySql = `SELECT ${entryColumns} FROM entries AS e JOIN accounts AS a USING (account) WHERE e.tenant = ? AND e.id = ?`;
const loadLastEntryIdSql = 'SELECT id FROM entries WHERE tenant = ? ORDER BY id DESC LIMIT 1';
const loadEntriesBeyondSql = {
  asc: `SELECT ${entryColumns} FROM entries AS e CROSS JOIN accounts AS a USING (account)
       WHERE e.tenant = ? AND e.id > ? ORDER BY e.id LIMIT ?`,
  desc: `SELECT ${entryColumns} FROM entries AS e CROSS JOIN accounts AS a USING (account)
       WHERE e.tenant = ? AND e.id < ? ORDER BY e.id DESC LIMIT ?`,
} as const;
const loadEntriesOfSql = `SELECT ${entryColumns} FROM ${indexed}
       WHERE a.account = ? AND x.sequence > ? AND x.sequence <= ? ORDER BY x.sequence LIMIT ?`;
const loadLateEntriesOfSql = `SELECT ${entryColumns} FROM ${notIndexed}
       WHERE a.account = ?1 AND a.sequence > ?2 AND e.sequence > ?2 AND e.sequence <= ?3 ORDER BY e.id LIMIT ?4`;

/** The known ones among the usage ids, and their usage: one query for all of them. */
export function loadUsages(
  connection: SqliteConnection,
  tenant: string,
  usageIds: ReadonlySet<string>,
): Map<string, KnownUsage> {
  const rows = connection.all(loadUsagesSql, JSON.stringify([...usageIds]), tenant);
  return new Map(
    rows.map((row) => {
      const entry = parseEntry(connection, row);
      return [text(row, 'usage_id'), { item: entry, entryId: entry.id }];
    }),
  );
}

/** The position before the first entry of an account. */
const beginning: SqliteRow = {
  sequence: 0,
  price_version: -1,
  line_requests: 0,
  paid_after: null,
  tiered: null,
};

export function loadPosition(
  connection: SqliteConnection,
  account: number,
  sequence: number,
): Position | undefined {
  const row = sequence === 0 ? beginning : loadPositionRow(connection, account, sequence);
  if (row === undefined) return undefined;
  const paid = BigInt(textOrAbsent(row, 'paid_after') ?? '0');
  const reversed = loadReversedThrough(connection, account, sequence);
  const reversedBehind = loadReversedBehind(connection, account, sequence);
  return {
    sequence: integer(row, 'sequence'),
    priceVersion: integer(row, 'price_version'),
    lineRequests: integer(row, 'line_requests'),
    reversed: reversed.requests,
    reversedBehind: reversedBehind.requests,
    tiers: positionTiers(textOrAbsent(row, 'tiered'), reversed, reversedBehind),
    laterReversedFrom: loadLaterReversedFrom(connection, account, sequence),
    paid,
    // Where nothing is paid, nothing is left that could be returned later.
    returnedLater: paid === 0n ? 0n : loadReturnedLater(connection, account, sequence),
  };
}

function loadPositionRow(
  connection: SqliteConnection,
  account: number,
  sequence: number,
): SqliteRow | undefined {
  return (
    connection.get(loadPositionSql, account, sequence) ??
    connection.get(loadLatePositionSql, account, sequence)
  );
}

/** When an entry was recorded; `undefined`: there is no such entry. */
export function loadRecordedAt(
  connection: SqliteConnection,
  account: number,
  sequence: number,
): number | undefined {
  const row = loadPositionRow(connection, account, sequence);
  return row && integer(row, 'recorded_at_ms');
}

/** An entry, and how much of it was taken back. */
export function loadKnownEntry(
  connection: SqliteConnection,
  tenant: string,
  id: string,
): KnownEntry | undefined {
  const row = connection.get(loadEntrySql, tenant, uuidBytes(id));
  if (row === undefined) return undefined;
  const entry = parseEntry(connection, row);
  return { entry, reversedRequests: loadReversedOf(connection, integer(row, 'account'), entry) };
}

function loadEntry(connection: SqliteConnection, tenant: string, id: string): Entry | undefined {
  const row = connection.get(loadEntrySql, tenant, uuidBytes(id));
  return row && parseEntry(connection, row);
}

export function loadLastEntryId(connection: SqliteConnection, tenant: string): string | undefined {
  const row = connection.get(loadLastEntryIdSql, tenant);
  return row && uuid(row, 'id');
}

/** Entries of a tenant beyond an id. */
export function loadEntriesBeyond(
  connection: SqliteConnection,
  { tenant, order, beyondId, limit }: RowsBeyond,
): Entry[] {
  const rows = connection.all(loadEntriesBeyondSql[order], tenant, uuidBytes(beyondId), limit);
  return rows.map((row) => parseEntry(connection, row));
}

/** Entries of an account with sequence in (after, through]. */
function loadEntriesOf(
  connection: SqliteConnection,
  account: number,
  after: number,
  through: number,
  limit: number,
): Entry[] {
  const rows = connection.all(loadEntriesOfSql, account, after, through, limit);
  if (rows.length < limit) {
    const last = rows.at(-1);
    const indexedThrough = last === undefined ? after : integer(last, 'sequence');
    const rest = limit - rows.length;
    if (indexedThrough < through)
      rows.push(...connection.all(loadLateEntriesOfSql, account, indexedThrough, through, rest));
  }
  return rows.map((row) => parseEntry(connection, row));
}

export function parseEntry(connection: SqliteConnection, row: SqliteRow): Entry {
  const requests = integer(row, 'requests');
  // Usage is always of at least one request; a write-off is of none.
  if (requests > 0) return parseFields(row, { reversal: undefined, writeOff: undefined });
  const [account, sequence] = [integer(row, 'account'), integer(row, 'sequence')];
  return requests < 0
    ? parseFields(row, { reversal: loadReversal(connection, account, sequence), writeOff: undefined })
    : parseFields(row, { reversal: undefined, writeOff: loadWriteOff(connection, account, sequence) });
}

export function entryReads(read: Read): Omit<EntryReads, 'lookForEntries' | 'sumUsage' | 'entryStates'> {
  return {
    entry: (tenant, id) => read((connection) => loadEntry(connection, tenant, id)),
    lastEntryId: (tenant) => read((connection) => loadLastEntryId(connection, tenant)),
    usages: (tenant, usageIds) => read((connection) => loadUsages(connection, tenant, usageIds)),
    entriesAfter: (tenant, beyondId, limit) =>
      read((connection) => loadEntriesBeyond(connection, { tenant, order: 'asc', beyondId, limit })),
    entriesOf: ({ tenant, agent, serviceId }, after, through, limit) =>
      read((connection) => {
        const number = loadAccount(connection, tenant, agent, serviceId)?.number;
        return number === undefined ? [] : loadEntriesOf(connection, number, after, through, limit);
      }),
  };
}
