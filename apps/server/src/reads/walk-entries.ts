import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Entry } from '../domain/usage.ts';
import type { Books } from './books.ts';
import { type EntryCursor, type EntryQuery, listEntries } from './list-entries.ts';

const pageRows = 1_000;

/**
 * All entries that a query takes, page by page, up to the last one that there was when the walk began: otherwise it
 * would not end while usage comes in. One page is in memory at a time.
 */
export async function* walkEntries(books: Books, query: EntryQuery): AsyncGenerator<readonly Entry[]> {
  const lastId = await books.lastEntryId(query.tenant);
  if (lastId === undefined) return;
  let after: EntryCursor | undefined;
  for (;;) {
    const page = await listEntries(books, query, after, pageRows);
    const items = page.items.filter(({ id }) => id <= lastId);
    if (items.length > 0) yield items;
    const { next } = page;
    if (!page.hasMore || items.length < page.items.length) return;
    if (next.kind === 'id' && next.id >= lastId) return;
    after = next;
    await nextTurn();
  }
}
