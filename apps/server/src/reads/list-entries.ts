import type { Settlement } from '../domain/settlement.ts';
import type { Entry } from '../domain/usage.ts';
import type { Books } from './books.ts';
import { idAtMs } from './id-bounds.ts';

/** Which entries are wanted. Times are bounds of [from, to). */
export interface EntryQuery {
  readonly tenant: string;
  readonly agent: string | undefined;
  readonly serviceId: string | undefined;
  readonly recordedFromMs: number | undefined;
  readonly recordedToMs: number | undefined;
  readonly occurredFromNs: bigint | undefined;
  readonly occurredToNs: bigint | undefined;
  readonly settlementId: string | undefined;
}

/** Where a list goes on: behind an entry of a tenant, or behind a sequence number of an account. */
export type EntryCursor =
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'sequence'; readonly sequence: number };

export interface EntryPage {
  readonly items: readonly Entry[];
  readonly next: EntryCursor | undefined;
}

const scanRows = 1_000;
/** Entries looked at for one page: a filter that matches little gives short pages, not long waits. */
const scannedMax = 10_000;

/** Whether the entries wanted are all of one account, and so go by its sequence. */
export function isOfAccount({ agent, serviceId, settlementId }: EntryQuery): boolean {
  return settlementId !== undefined || (agent !== undefined && serviceId !== undefined);
}

/** A page of entries in the order in which they were recorded. Stable: entries only ever come in behind it. */
export async function listEntries(
  books: Books,
  query: EntryQuery,
  after: EntryCursor | undefined,
  limit: number,
): Promise<EntryPage> {
  const settlement =
    query.settlementId === undefined ? undefined : await books.settlement(query.tenant, query.settlementId);
  if (query.settlementId !== undefined && settlement === undefined) return { items: [], next: undefined };
  const agent = settlement?.agent ?? query.agent;
  const serviceId = settlement?.serviceId ?? query.serviceId;
  const range = rangeOf(settlement);
  const read =
    agent !== undefined && serviceId !== undefined
      ? accountScan(books, { tenant: query.tenant, agent, serviceId }, after, range)
      : tenantScan(books, query, after);
  return await collect(read, query, limit);
}

interface Range {
  readonly from: number;
  readonly through: number;
}

function rangeOf(settlement: Settlement | undefined): Range {
  return settlement ?? { from: 0, through: Number.MAX_SAFE_INTEGER };
}

/** Reads the next rows, and says which cursor stands behind an entry. */
interface Scan {
  rows(limit: number): Promise<readonly Entry[]>;
  cursorAt(entry: Entry): EntryCursor;
}

function accountScan(
  books: Books,
  key: { readonly tenant: string; readonly agent: string; readonly serviceId: string },
  after: EntryCursor | undefined,
  range: Range,
): Scan {
  let last = Math.max(range.from, after?.kind === 'sequence' ? after.sequence : 0);
  return {
    async rows(limit) {
      const rows = await books.entriesOf(key, last, range.through, limit);
      last = rows.at(-1)?.sequence ?? last;
      return rows;
    },
    cursorAt: ({ sequence }) => ({ kind: 'sequence', sequence }),
  };
}

function tenantScan(books: Books, query: EntryQuery, after: EntryCursor | undefined): Scan {
  let last = after?.kind === 'id' ? after.id : idAtMs(query.recordedFromMs ?? 0);
  return {
    async rows(limit) {
      const rows = await books.entriesAfter(query.tenant, last, limit);
      last = rows.at(-1)?.id ?? last;
      return rows;
    },
    cursorAt: ({ id }) => ({ kind: 'id', id }),
  };
}

async function collect(scan: Scan, query: EntryQuery, limit: number): Promise<EntryPage> {
  const items: Entry[] = [];
  let scanned = 0;
  while (scanned < scannedMax) {
    const rows = await scan.rows(scanRows);
    for (const entry of rows) {
      scanned += 1;
      if (isPast(entry, query)) return { items, next: undefined };
      if (!matches(entry, query)) continue;
      items.push(entry);
      if (items.length === limit) return { items, next: scan.cursorAt(entry) };
    }
    const end = rows.at(-1);
    if (end === undefined || rows.length < scanRows) return { items, next: undefined };
    if (scanned >= scannedMax) return { items, next: scan.cursorAt(end) };
  }
  return { items, next: undefined };
}

/** How far the time of recording may step back along the ids (see `IdSource`). */
const stepBackMs = 3_600_000;

/** Whether neither this entry nor any behind it was recorded before the end of what is wanted. */
function isPast(entry: Entry, { recordedToMs }: EntryQuery): boolean {
  return recordedToMs !== undefined && entry.recordedAtMs >= recordedToMs + stepBackMs;
}

function matches(entry: Entry, query: EntryQuery): boolean {
  if (query.agent !== undefined && entry.agent !== query.agent) return false;
  if (query.serviceId !== undefined && entry.serviceId !== query.serviceId) return false;
  if (query.recordedFromMs !== undefined && entry.recordedAtMs < query.recordedFromMs) return false;
  if (query.recordedToMs !== undefined && entry.recordedAtMs >= query.recordedToMs) return false;
  return isWithin(entry.occurredAtNs, query.occurredFromNs, query.occurredToNs);
}

function isWithin(moment: bigint | undefined, from: bigint | undefined, to: bigint | undefined): boolean {
  if (from === undefined && to === undefined) return true;
  if (moment === undefined) return false;
  return (from === undefined || moment >= from) && (to === undefined || moment < to);
}
