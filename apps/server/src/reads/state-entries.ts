import type { StatedEntry } from '../domain/entry-state.ts';
import type { Entry } from '../domain/usage.ts';
import type { Books } from './books.ts';
import type { Page } from './collect-page.ts';
import { type EntryCursor, type EntryPage, type EntryQuery, listEntries } from './list-entries.ts';

/** Reads what became of entries. An entry keeps its place: nothing is left out. */
export async function stateEntries(
  books: Books,
  tenant: string,
  entries: readonly Entry[],
): Promise<StatedEntry[]> {
  if (entries.length === 0) return [];
  const states = await books.entryStates(
    tenant,
    entries.map(({ id }) => id),
  );
  return entries.map((entry) => {
    const state = states.get(entry.id);
    if (state === undefined) throw new Error(`entry ${entry.id} is missing from the books`);
    return { entry, state };
  });
}

export type StatedPage = Page<StatedEntry, EntryCursor>;

/** A page of entries, each with what became of it. */
export async function listStatedEntries(
  books: Books,
  query: EntryQuery,
  after: EntryCursor | undefined,
  limit: number,
): Promise<StatedPage> {
  const page: EntryPage = await listEntries(books, query, after, limit);
  return { ...page, items: await stateEntries(books, query.tenant, page.items) };
}

/** Pages of entries, each with what became of it. */
export async function* withStates(
  books: Books,
  tenant: string,
  pages: AsyncIterable<readonly Entry[]>,
): AsyncGenerator<readonly StatedEntry[]> {
  for await (const entries of pages) yield await stateEntries(books, tenant, entries);
}
