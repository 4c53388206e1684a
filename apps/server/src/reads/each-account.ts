import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AccountsFilter, AccountsPage, Books } from './books.ts';

/** How many accounts are read at once. */
export const pageRows = 1_000;

/** Walks accounts with their services, page by page, and lets other reads run between the pages. */
export async function* eachAccount(
  books: Books,
  filter: AccountsFilter,
): AsyncGenerator<AccountsPage['items'][number]> {
  for await (const page of pagesOf(books, filter)) yield* page;
}

async function* pagesOf(books: Books, filter: AccountsFilter): AsyncGenerator<AccountsPage['items']> {
  for (let after = ''; ; ) {
    const page: AccountsPage = await books.accountsAfter(filter, after, pageRows);
    yield page.items;
    if (!page.hasMore) return;
    after = page.next;
    await nextTurn();
  }
}
