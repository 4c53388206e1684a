import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Entry } from '../domain/usage.ts';
import type { Books } from './books.ts';
import { type EntryCursor, type EntryQuery, listEntries } from './list-entries.ts';

const pageRows = 1_000;

/** Where a walk continues, and the last id that it goes to: otherwise it would not end while usage comes in. */
export interface WalkPlace<Cursor> {
  readonly lastId: string;
  readonly after: Cursor;
}

/** A step of a walk; without a next place it was the last one. */
export interface WalkStep<Item, Place> {
  readonly items: readonly Item[];
  readonly next: Place | undefined;
}

export type EntryPlace = WalkPlace<EntryCursor>;

/** The next entries that a query takes, up to the last one that there was at the first step. */
export async function stepEntries(
  books: Books,
  query: EntryQuery,
  place: EntryPlace | undefined,
  rows: number,
): Promise<WalkStep<Entry, EntryPlace>> {
  const lastId = place?.lastId ?? (await books.lastEntryId(query.tenant));
  if (lastId === undefined) return { items: [], next: undefined };
  const page = await listEntries(books, query, place?.after, rows);
  const items = page.items.filter(({ id }) => id <= lastId);
  const { next } = page;
  const isLast =
    !page.hasMore || items.length < page.items.length || (next.kind === 'id' && next.id >= lastId);
  return { items, next: isLast ? undefined : { lastId, after: next } };
}

/** All entries that a query takes, page by page. One page is in memory at a time. */
export async function* walkEntries(books: Books, query: EntryQuery): AsyncGenerator<readonly Entry[]> {
  let place: EntryPlace | undefined;
  do {
    const { items, next }: WalkStep<Entry, EntryPlace> = await stepEntries(books, query, place, pageRows);
    if (items.length > 0) yield items;
    place = next;
    await nextTurn();
  } while (place !== undefined);
}
