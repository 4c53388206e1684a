import { metadataOf } from '../answers/entries.ts';
import type { Settlement } from '../domain/settlement.ts';
import type { Entry } from '../domain/usage.ts';
import type { AccountKey, Books } from './books.ts';
import { collectPage, type Page, type Scan } from './collect-page.ts';
import { endIdOf, idAtMs } from './id-bounds.ts';

/** Which entries are wanted. Times are a range [from, to). */
export interface EntryQuery {
  readonly tenant: string;
  readonly agent: string | undefined;
  readonly serviceId: string | undefined;
  readonly recordedFromMs: number | undefined;
  readonly recordedToMs: number | undefined;
  readonly occurredFromNs: bigint | undefined;
  readonly occurredToNs: bigint | undefined;
  readonly settlementId: string | undefined;
  readonly usageId: string | undefined;
  readonly metadata?: MetadataMember | undefined;
}

/** A member that the metadata of an entry must have. */
export interface MetadataMember {
  readonly name: string;
  readonly value: string;
}

/** Where a list continues: after an entry of a tenant, or after a sequence number of an account. */
export type EntryCursor =
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'sequence'; readonly sequence: number };

export type EntryPage = Page<Entry, EntryCursor>;

const scanRows = 1_000;
const scannedMax = 10_000;

/** Whether all wanted entries belong to one account, so that its sequence orders them. */
export function isOfAccount({ agent, serviceId, settlementId }: EntryQuery): boolean {
  return settlementId !== undefined || (agent !== undefined && serviceId !== undefined);
}

/** A page of entries in the order in which they were recorded. Stable: entries are only ever added after it. */
export async function listEntries(
  books: Books,
  query: EntryQuery,
  after: EntryCursor | undefined,
  limit: number,
): Promise<EntryPage> {
  if (query.usageId !== undefined) return await listUsageId(books, query, query.usageId, after);
  const settlement =
    query.settlementId === undefined ? undefined : await books.settlement(query.tenant, query.settlementId);
  if (query.settlementId !== undefined && settlement === undefined) {
    return { items: [], next: after ?? { kind: 'sequence', sequence: 0 }, hasMore: false };
  }
  const agent = settlement?.agent ?? query.agent;
  const serviceId = settlement?.serviceId ?? query.serviceId;
  const range = rangeOf(settlement);
  if (agent === undefined || serviceId === undefined) {
    const start: EntryCursor = { kind: 'id', id: idAtMs(query.recordedFromMs ?? 0) };
    return await collectPage(await tenantScan(books, query, limit), after ?? start, limit);
  }
  const start: EntryCursor = { kind: 'sequence', sequence: range.from };
  const account = { tenant: query.tenant, agent, serviceId };
  return await collectPage(await accountScan(books, query, account, range), after ?? start, limit);
}

/** A list of one entry at most: usage ids are unique in their tenant. */
async function listUsageId(
  books: Books,
  query: EntryQuery,
  usageId: string,
  after: EntryCursor | undefined,
): Promise<EntryPage> {
  const known = (await books.usages(query.tenant, new Set([usageId]))).get(usageId);
  const entry = known && (await books.entry(query.tenant, known.entryId));
  const start: EntryCursor = isOfAccount(query)
    ? { kind: 'sequence', sequence: 0 }
    : { kind: 'id', id: idAtMs(0) };
  const isWanted = entry !== undefined && isAfter(entry, after ?? start) && matches(entry, query);
  if (!isWanted || !(await isOnBill(books, query, entry)))
    return { items: [], next: after ?? start, hasMore: false };
  const next: EntryCursor =
    start.kind === 'id' ? { kind: 'id', id: entry.id } : { kind: 'sequence', sequence: entry.sequence };
  return { items: [entry], next, hasMore: false };
}

function isAfter({ id, sequence }: Entry, after: EntryCursor): boolean {
  return after.kind === 'id' ? id > after.id : sequence > after.sequence;
}

async function isOnBill(books: Books, { tenant, settlementId }: EntryQuery, entry: Entry): Promise<boolean> {
  if (settlementId === undefined) return true;
  const bill = await books.settlement(tenant, settlementId);
  if (bill === undefined || bill.agent !== entry.agent || bill.serviceId !== entry.serviceId) return false;
  return bill.from < entry.sequence && entry.sequence <= bill.through;
}

interface Range {
  readonly from: number;
  readonly through: number;
}

function rangeOf(settlement: Settlement | undefined): Range {
  return settlement ?? { from: 0, through: Number.MAX_SAFE_INTEGER };
}

type EntryScan = Scan<Entry, EntryCursor>;

async function accountScan(
  books: Books,
  query: EntryQuery,
  key: AccountKey,
  range: Range,
): Promise<EntryScan> {
  return {
    ...(await filter(books, query)),
    async read(beyond) {
      const after = Math.max(range.from, beyond.kind === 'sequence' ? beyond.sequence : 0);
      const rows = await books.entriesOf(key, after, range.through, scanRows);
      return { rows, isEnd: rows.length < scanRows };
    },
    placeOf: ({ sequence }) => ({ kind: 'sequence', sequence }),
  };
}

async function tenantScan(books: Books, query: EntryQuery, limit: number): Promise<EntryScan> {
  const { tenant, agent, serviceId, occurredFromNs, occurredToNs } = query;
  const bounds = [agent, serviceId, occurredFromNs, occurredToNs, query.recordedFromMs, query.metadata];
  const isFiltered = bounds.some((bound) => bound !== undefined);
  // Without a filter every row is wanted, and one row more than the page shows whether there is more.
  const pageRows = Math.min(scanRows, limit + 1);
  return {
    ...(await filter(books, query)),
    async read(beyond) {
      const afterId = beyond.kind === 'id' ? beyond.id : idAtMs(0);
      if (!isFiltered) {
        const rows = await books.entriesAfter(tenant, afterId, pageRows);
        return { rows, isEnd: rows.length < pageRows };
      }
      const found = await books.lookForEntries({
        tenant,
        agent,
        serviceId,
        occurredFromNs,
        occurredToNs,
        afterId,
        lookMax: scanRows,
      });
      const { entries: rows, looked, lastId } = found;
      const isEnd = looked < scanRows;
      if (lastId === undefined) return { rows, isEnd };
      return { rows, isEnd, looked: { through: { kind: 'id', id: lastId }, rows: looked } };
    },
    placeOf: ({ id }) => ({ kind: 'id', id }),
  };
}

type EntryFilter = Pick<EntryScan, 'isWanted' | 'isPast' | 'isPlacePast' | 'scannedMax'>;

async function filter(books: Books, query: EntryQuery): Promise<EntryFilter> {
  const endId = await endIdOf(books, query.recordedToMs);
  return {
    isWanted: (entry) => matches(entry, query),
    isPast: ({ id }) => id >= endId,
    isPlacePast: (place) => place.kind === 'id' && place.id >= endId,
    scannedMax,
  };
}

function matches(entry: Entry, query: EntryQuery): boolean {
  if (query.agent !== undefined && entry.agent !== query.agent) return false;
  if (query.serviceId !== undefined && entry.serviceId !== query.serviceId) return false;
  if (query.recordedFromMs !== undefined && entry.recordedAtMs < query.recordedFromMs) return false;
  if (query.recordedToMs !== undefined && entry.recordedAtMs >= query.recordedToMs) return false;
  if (query.metadata !== undefined && !hasMember(entry, query.metadata)) return false;
  return isWithin(entry.occurredAtNs, query.occurredFromNs, query.occurredToNs);
}

function hasMember({ metadata }: Entry, { name, value }: MetadataMember): boolean {
  return metadata !== undefined && metadataOf(metadata)[name] === value;
}

function isWithin(moment: bigint | undefined, from: bigint | undefined, to: bigint | undefined): boolean {
  if (from === undefined && to === undefined) return true;
  if (moment === undefined) return false;
  return (from === undefined || moment >= from) && (to === undefined || moment < to);
}
