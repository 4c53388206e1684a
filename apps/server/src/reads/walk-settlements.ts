import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Settlement } from '../domain/settlement.ts';
import type { Books } from './books.ts';
import { listSettlements, type SettlementQuery } from './list-settlements.ts';
import type { WalkPlace, WalkStep } from './walk-entries.ts';

const pageRows = 500;

export type SettlementPlace = WalkPlace<string>;

/** The next settlements of a query, up to the last one that existed at the first step. */
export async function stepSettlements(
  books: Books,
  query: SettlementQuery,
  place: SettlementPlace | undefined,
  rows: number,
): Promise<WalkStep<Settlement, SettlementPlace>> {
  const last = place?.last ?? (await books.lastSettlementId(query.tenant));
  if (last === undefined) return { items: [], next: undefined };
  const page = await listSettlements(books, query, place?.after, rows);
  const items = page.items.filter(({ id }) => id <= last);
  const isLast = !page.hasMore || page.next >= last;
  return { items, next: isLast ? undefined : { last, after: page.next } };
}

/** All settlements of a query, page by page. */
export async function* walkSettlements(
  books: Books,
  query: SettlementQuery,
): AsyncGenerator<readonly Settlement[]> {
  let place: SettlementPlace | undefined;
  do {
    const step: WalkStep<Settlement, SettlementPlace> = await stepSettlements(books, query, place, pageRows);
    if (step.items.length > 0) yield step.items;
    place = step.next;
    await nextTurn();
  } while (place !== undefined);
}
