import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Entry } from '../domain/usage.ts';
import type { Books } from './books.ts';
import { type EntryCursor, type EntryQuery, isOfAccount, listEntries } from './list-entries.ts';

const pageRows = 1_000;
const lastId = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Where a walk continues, and the last place that it visits: otherwise it would not end while usage is recorded. */
export interface WalkPlace<Cursor> {
  readonly last: Cursor;
  readonly after: Cursor;
}

/** A step of a walk; without a next place it was the last one. */
export interface WalkStep<Item, Place> {
  readonly items: readonly Item[];
  readonly next: Place | undefined;
}

export type EntryPlace = WalkPlace<EntryCursor>;

/** The next entries of a query, up to the last one that existed at the first step. */
export async function stepEntries(
  books: Books,
  query: EntryQuery,
  place: EntryPlace | undefined,
  rows: number,
): Promise<WalkStep<Entry, EntryPlace>> {
  const last = place?.last ?? (await lastPlace(books, query));
  if (last === undefined) return { items: [], next: undefined };
  const page = await listEntries(books, query, place?.after, rows);
  const items = page.items.filter((entry) => isUpTo(entry, last));
  const { next } = page;
  const isLast = !page.hasMore || items.length < page.items.length || isReached(next, last);
  return { items, next: isLast ? undefined : { last, after: next } };
}

/**
 * The last entry that exists now. For one account this is a sequence number: a list of the whole tenant may end
 * earlier, before entries that other transactions could still record, and an export of one account would then lack
 * entries that were already acknowledged.
 */
async function lastPlace(books: Books, query: EntryQuery): Promise<EntryCursor | undefined> {
  const { tenant, agent, serviceId, settlementId, usageId } = query;
  // A settlement covers entries up to an existing one.
  if (settlementId !== undefined || (usageId !== undefined && isOfAccount(query)))
    return { kind: 'sequence', sequence: Number.MAX_SAFE_INTEGER };
  if (agent !== undefined && serviceId !== undefined) {
    const { account } = await books.accountAndService({ tenant, agent, serviceId });
    return account && { kind: 'sequence', sequence: account.sequence };
  }
  // It was acknowledged, although the list of the tenant may end before it.
  if (usageId !== undefined) return { kind: 'id', id: lastId };
  const id = await books.lastEntryId(tenant);
  return id === undefined ? undefined : { kind: 'id', id };
}

function isUpTo({ id, sequence }: Entry, last: EntryCursor): boolean {
  return last.kind === 'id' ? id <= last.id : sequence <= last.sequence;
}

function isReached(next: EntryCursor, last: EntryCursor): boolean {
  if (next.kind === 'id') return last.kind === 'id' && next.id >= last.id;
  return last.kind === 'sequence' && next.sequence >= last.sequence;
}

/** All entries of a query, page by page. One page is in memory at a time. */
export async function* walkEntries(books: Books, query: EntryQuery): AsyncGenerator<readonly Entry[]> {
  let place: EntryPlace | undefined;
  do {
    const { items, next }: WalkStep<Entry, EntryPlace> = await stepEntries(books, query, place, pageRows);
    if (items.length > 0) yield items;
    place = next;
    await nextTurn();
  } while (place !== undefined);
}
