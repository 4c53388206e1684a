import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Settlement } from '../domain/settlement.ts';
import type { Books } from './books.ts';
import { listSettlements, type SettlementQuery } from './list-settlements.ts';

const pageRows = 500;

/** All settlements that a query takes, page by page, up to the last one that there was when the walk began. */
export async function* walkSettlements(
  books: Books,
  query: SettlementQuery,
): AsyncGenerator<readonly Settlement[]> {
  const lastId = await books.lastSettlementId(query.tenant);
  if (lastId === undefined) return;
  let after: string | undefined;
  for (;;) {
    const page = await listSettlements(books, query, after, pageRows);
    const items = page.items.filter(({ id }) => id <= lastId);
    if (items.length > 0) yield items;
    if (!page.hasMore || page.next >= lastId) return;
    after = page.next;
    await nextTurn();
  }
}
