import type { Entry, KnownUsage, Reversal } from '../../../domain/usage.ts';
import type { AccountKey } from '../../../reads/books.ts';
import type { RowsBeyond } from '../../../reads/merge-events.ts';
import { bigOrAbsent, integer, integerOrAbsent, json, rowsIn, text, textOrAbsent } from '../columns.ts';
import type { Connection, Row, Statements } from '../connection.ts';
import { parseWriteOff, writeOffColumn } from './write-offs.ts';

/** Of `entries AS e` and `accounts AS a`, with what a reversal takes back. Usage is always of at least one request, a write-off of none. */
export const entryColumns = `e.id, e.account, a.agent, a.service_id, e.sequence, e.requests, e.price_version, e.line_requests,
  e.outstanding_after, e.usage_id, e.occurred_at_ns, e.recorded_at_ms,
  CASE WHEN e.requests < 0 THEN (SELECT json_agg(json_build_object('entry_id', r.entry_id,
      'from_sequence', r.from_sequence, 'through_sequence', r.through_sequence, 'reason', r.reason,
      'lines', (SELECT json_agg(json_build_object('price_version', l.price_version, 'requests', l.requests,
          'line_reversed', l.line_reversed) ORDER BY l.price_version)
        FROM reversal_lines AS l
        WHERE l.tenant = r.tenant AND l.account = r.account AND l.sequence = r.sequence)))
    FROM reversals AS r
    WHERE r.tenant = e.tenant AND r.account = e.account AND r.sequence = e.sequence) END AS reversal,
  ${writeOffColumn}`;
export const withAccount = 'JOIN accounts AS a ON a.tenant = e.tenant AND a.account = e.account';

const loadUsagesSql = `SELECT e.tenant, ${entryColumns} FROM json_to_recordset($1) AS w (tenant text, usage_id text)
  CROSS JOIN LATERAL (SELECT * FROM entries AS b
    WHERE b.tenant = w.tenant AND b.usage_id = w.usage_id LIMIT 1) AS e ${withAccount}`;
const loadEntrySql = `SELECT ${entryColumns} FROM entries AS e ${withAccount} WHERE e.tenant = $1 AND e.id = $2`;
const loadLastEntryIdSql = 'SELECT id FROM entries WHERE tenant = $1 AND id <= $2 ORDER BY id DESC LIMIT 1';
const loadEntriesBeyondSql = {
  asc: `SELECT ${entryColumns} FROM entries AS e ${withAccount}
  WHERE e.tenant = $1 AND e.id > $2 AND e.id <= $3 ORDER BY e.id LIMIT $4`,
  desc: `SELECT ${entryColumns} FROM entries AS e ${withAccount}
  WHERE e.tenant = $1 AND e.id < $2 AND e.id <= $3 ORDER BY e.id DESC LIMIT $4`,
} as const;
const loadEntriesOfSql = `SELECT ${entryColumns} FROM accounts AS a
  JOIN entries AS e ON e.tenant = a.tenant AND e.account = a.account
  WHERE a.tenant = $1 AND a.agent = $2 AND a.service_id = $3 AND e.sequence > $4 AND e.sequence <= $5
  ORDER BY e.sequence LIMIT $6`;
const saveEntriesSql = `INSERT INTO entries (tenant, id, account, sequence, requests, price_version, line_requests,
    outstanding_after, usage_id, occurred_at_ns, recorded_at_ms)
  SELECT tenant, id, account, sequence, requests, price_version, line_requests, outstanding_after, usage_id,
    occurred_at_ns, recorded_at_ms
  FROM json_to_recordset($1) AS w (tenant text, id uuid, account uuid, sequence bigint, requests bigint,
    price_version integer, line_requests bigint, outstanding_after bigint, usage_id text, occurred_at_ns bigint, recorded_at_ms bigint)`;

/** An entry with its place: the account's id, in its tenant. */
export interface PlacedEntry {
  readonly tenant: string;
  readonly account: string;
  readonly entry: Entry;
}

/** Which of the usage ids are known, and as what: one query for all of them. */
export async function loadUsages(
  connection: Connection,
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
  connection: Connection,
  tenant: string,
  id: string,
): Promise<PlacedEntry | undefined> {
  const [row] = await connection.rows(loadEntrySql, [tenant, id]);
  return row && { tenant, account: text(row, 'account'), entry: parseEntry(row) };
}

/** Id of the last entry up to an id. */
export async function loadLastEntryId(
  connection: Connection,
  tenant: string,
  throughId: string,
): Promise<string | undefined> {
  const [row] = await connection.rows(loadLastEntryIdSql, [tenant, throughId]);
  return row && text(row, 'id');
}

/** Entries of a tenant beyond an id, up to the horizon of the list. */
export async function loadEntriesBeyond(
  connection: Connection,
  { tenant, order, beyondId, limit }: RowsBeyond,
  throughId: string,
): Promise<Entry[]> {
  const rows = await connection.rows(loadEntriesBeyondSql[order], [tenant, beyondId, throughId, limit]);
  return rows.map(parseEntry);
}

/** Entries of an account with sequence in (after, through]. */
export async function loadEntriesOf(
  connection: Connection,
  { tenant, agent, serviceId }: AccountKey,
  after: number,
  through: number,
  limit: number,
): Promise<Entry[]> {
  const rows = await connection.rows(loadEntriesOfSql, [tenant, agent, serviceId, after, through, limit]);
  return rows.map(parseEntry);
}

/** Saves entries; those with usage ids in the order of these, in which two batches do not wait for each other. */
export async function saveEntries(statements: Statements, entries: readonly PlacedEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const rows = entries.toSorted(byUsageId).map(({ tenant, account, entry }) => ({
    tenant,
    id: entry.id,
    account,
    sequence: entry.sequence,
    requests: entry.requests,
    price_version: entry.priceVersion,
    line_requests: entry.lineRequests,
    outstanding_after: entry.outstandingAfter ?? null,
    usage_id: entry.usageId ?? null,
    occurred_at_ns: entry.occurredAtNs ?? null,
    recorded_at_ms: entry.recordedAtMs,
  }));
  await statements.rows(saveEntriesSql, [json(rows)]);
}

function byUsageId(a: PlacedEntry, b: PlacedEntry): number {
  const [first, second] = [a, b].map(({ tenant, entry }) => `${tenant} ${entry.usageId ?? ''}`);
  if (first === undefined || second === undefined || first === second) return 0;
  return first < second ? -1 : 1;
}

export function parseEntry(row: Row): Entry {
  return {
    id: text(row, 'id'),
    agent: text(row, 'agent'),
    serviceId: text(row, 'service_id'),
    sequence: integer(row, 'sequence'),
    requests: integer(row, 'requests'),
    priceVersion: integer(row, 'price_version'),
    lineRequests: integer(row, 'line_requests'),
    outstandingAfter: integerOrAbsent(row, 'outstanding_after'),
    usageId: textOrAbsent(row, 'usage_id'),
    occurredAtNs: bigOrAbsent(row, 'occurred_at_ns'),
    recordedAtMs: integer(row, 'recorded_at_ms'),
    reversal: integer(row, 'requests') < 0 ? parseReversal(row) : undefined,
    writeOff: integer(row, 'requests') === 0 ? parseWriteOff(row) : undefined,
  };
}

function parseReversal(row: Row): Reversal {
  const [reversal] = rowsIn(row, 'reversal');
  if (reversal === undefined) throw new Error(`entry ${text(row, 'id')} takes back nothing`);
  return {
    entryId: textOrAbsent(reversal, 'entry_id'),
    from: integer(reversal, 'from_sequence'),
    through: integer(reversal, 'through_sequence'),
    reason: textOrAbsent(reversal, 'reason'),
    lines: rowsIn(reversal, 'lines').map((line) => ({
      priceVersion: integer(line, 'price_version'),
      requests: integer(line, 'requests'),
      lineReversed: integer(line, 'line_reversed'),
    })),
  };
}
