import type { Position } from '../../../domain/position.ts';
import type { Entry, KnownEntry, KnownUsage } from '../../../domain/usage.ts';
import type { RowsBeyond } from '../../../reads/merge-events.ts';
import { bigOrAbsent, integer, integerOrAbsent, text, textOrAbsent, uuid, uuidBytes } from '../columns.ts';
import type { Connection, Row } from '../connection.ts';
import {
  isReversed,
  loadLaterReversedFrom,
  loadReversal,
  loadReversedBehind,
  loadReversedThrough,
  saveReversal,
} from './reversals.ts';
import { loadWriteOff, saveWriteOff } from './write-offs.ts';

/** Of `entries AS e` and `accounts AS a`. */
export const entryColumns = `e.id, e.account, a.agent, a.service_id, e.sequence, e.requests, e.price_version, e.line_requests, e.outstanding_after, e.usage_id,
  CAST(e.occurred_at_ns AS TEXT) AS occurred_at_ns, e.recorded_at_ms`;

const loadUsagesSql = `SELECT ${entryColumns} FROM json_each(?) AS wanted
     CROSS JOIN entries AS e ON e.tenant = ? AND e.usage_id = wanted.value
     CROSS JOIN accounts AS a USING (account)`;
const loadPositionSql =
  'SELECT sequence, price_version, line_requests FROM entries WHERE account = ? AND sequence = ?';
const loadEntrySql = `SELECT ${entryColumns} FROM entries AS e JOIN accounts AS a USING (account) WHERE e.tenant = ? AND e.id = ?`;
const loadLastEntryIdSql = 'SELECT id FROM entries WHERE tenant = ? ORDER BY id DESC LIMIT 1';
const loadEntriesBeyondSql = {
  asc: `SELECT ${entryColumns} FROM entries AS e CROSS JOIN accounts AS a USING (account)
       WHERE e.tenant = ? AND e.id > ? ORDER BY e.id LIMIT ?`,
  desc: `SELECT ${entryColumns} FROM entries AS e CROSS JOIN accounts AS a USING (account)
       WHERE e.tenant = ? AND e.id < ? ORDER BY e.id DESC LIMIT ?`,
} as const;
const loadEntriesOfSql = `SELECT ${entryColumns} FROM accounts AS a CROSS JOIN entries AS e ON e.account = a.account
       WHERE a.account = ? AND e.sequence > ? AND e.sequence <= ? ORDER BY e.sequence LIMIT ?`;
const saveEntrySql = `INSERT INTO entries (tenant, id, account, sequence, requests, price_version, line_requests, outstanding_after,
       usage_id, occurred_at_ns, recorded_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** Which of the usage ids are known, and as what: one query for all of them. */
export function loadUsages(
  connection: Connection,
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

/** What stands before the first entry of an account. */
const beginning: Row = { sequence: 0, price_version: -1, line_requests: 0 };

export function loadPosition(
  connection: Connection,
  account: number,
  sequence: number,
): Position | undefined {
  const row = sequence === 0 ? beginning : connection.get(loadPositionSql, account, sequence);
  return (
    row && {
      sequence: integer(row, 'sequence'),
      priceVersion: integer(row, 'price_version'),
      lineRequests: integer(row, 'line_requests'),
      reversed: loadReversedThrough(connection, account, sequence),
      reversedBehind: loadReversedBehind(connection, account, sequence),
      laterReversedFrom: loadLaterReversedFrom(connection, account, sequence),
    }
  );
}

/** An entry with its account's number, and whether it was taken back. */
export function loadKnownEntry(connection: Connection, tenant: string, id: string): KnownEntry | undefined {
  const row = connection.get(loadEntrySql, tenant, uuidBytes(id));
  if (row === undefined) return undefined;
  const entry = parseEntry(connection, row);
  return { entry, isReversed: isReversed(connection, integer(row, 'account'), entry.sequence) };
}

export function loadEntry(connection: Connection, tenant: string, id: string): Entry | undefined {
  const row = connection.get(loadEntrySql, tenant, uuidBytes(id));
  return row && parseEntry(connection, row);
}

export function loadLastEntryId(connection: Connection, tenant: string): string | undefined {
  const row = connection.get(loadLastEntryIdSql, tenant);
  return row && uuid(row, 'id');
}

/** Entries of a tenant beyond an id. */
export function loadEntriesBeyond(
  connection: Connection,
  { tenant, order, beyondId, limit }: RowsBeyond,
): Entry[] {
  const rows = connection.all(loadEntriesBeyondSql[order], tenant, uuidBytes(beyondId), limit);
  return rows.map((row) => parseEntry(connection, row));
}

/** Entries of an account with sequence in (after, through]. */
export function loadEntriesOf(
  connection: Connection,
  account: number,
  after: number,
  through: number,
  limit: number,
): Entry[] {
  const rows = connection.all(loadEntriesOfSql, account, after, through, limit);
  return rows.map((row) => parseEntry(connection, row));
}

export function saveEntry(connection: Connection, tenant: string, account: number, entry: Entry): void {
  connection.run(
    saveEntrySql,
    tenant,
    uuidBytes(entry.id),
    account,
    entry.sequence,
    entry.requests,
    entry.priceVersion,
    entry.lineRequests,
    entry.outstandingAfter ?? null,
    entry.usageId ?? null,
    entry.occurredAtNs ?? null,
    entry.recordedAtMs,
  );
  saveReversal(connection, account, entry);
  saveWriteOff(connection, account, entry);
}

export function parseEntry(connection: Connection, row: Row): Entry {
  const requests = integer(row, 'requests');
  const sequence = integer(row, 'sequence');
  return {
    id: uuid(row, 'id'),
    agent: text(row, 'agent'),
    serviceId: text(row, 'service_id'),
    sequence,
    requests,
    priceVersion: integer(row, 'price_version'),
    lineRequests: integer(row, 'line_requests'),
    outstandingAfter: integerOrAbsent(row, 'outstanding_after'),
    usageId: textOrAbsent(row, 'usage_id'),
    occurredAtNs: bigOrAbsent(row, 'occurred_at_ns'),
    recordedAtMs: integer(row, 'recorded_at_ms'),
    // Usage is always of at least one request; a write-off is of none.
    reversal: requests < 0 ? loadReversal(connection, integer(row, 'account'), sequence) : undefined,
    writeOff: requests === 0 ? loadWriteOff(connection, integer(row, 'account'), sequence) : undefined,
  };
}
