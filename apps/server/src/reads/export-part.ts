import { knownEntryBody } from '../answers/entries.ts';
import { accountTotal } from '../answers/usage.ts';
import type { Account } from '../domain/account.ts';
import type { Books } from './books.ts';
import { csvRows } from './csv.ts';
import { entriesCsv, settlementsCsv, totalsCsv, totalsLineEnd } from './export-text.ts';
import type { EntryQuery } from './list-entries.ts';
import type { SettlementQuery } from './list-settlements.ts';
import { stateEntries } from './state-entries.ts';
import { type EntryPlace, stepEntries, type WalkStep } from './walk-entries.ts';
import { type SettlementPlace, stepSettlements } from './walk-settlements.ts';

/** What to export. */
export type ExportWish =
  | { readonly kind: 'entries'; readonly format: 'csv' | 'json'; readonly query: EntryQuery }
  | { readonly kind: 'settlements'; readonly query: SettlementQuery }
  | { readonly kind: 'totals'; readonly format: 'csv' | 'json'; readonly tenant: string };

/** Where an export continues. */
export type ExportPlace =
  | { readonly kind: 'entries'; readonly place: EntryPlace }
  | { readonly kind: 'settlements'; readonly place: SettlementPlace }
  | { readonly kind: 'totals'; readonly place: string };

/** The text of some rows, without the head and the tail of the file; items of JSON are separated by `itemSeparator`. */
export interface ExportPart {
  readonly text: string;
  /** `undefined` after the last part */
  readonly next: ExportPlace | undefined;
}

export const itemSeparator = ',\n';

/** The rows of a part: few, so that its text is about as small as what a socket takes at once. */
const partRows = 250;

/** Reads the next part of an export. Only the place is kept between the parts. */
export async function exportPart(
  books: Books,
  wish: ExportWish,
  after: ExportPlace | undefined,
): Promise<ExportPart> {
  switch (wish.kind) {
    case 'entries': {
      const place = after?.kind === 'entries' ? after.place : undefined;
      const { items, next } = await stepEntries(books, wish.query, place, partRows);
      const known = await stateEntries(books, wish.query.tenant, items);
      const rows = wish.format === 'json' ? jsonItems(known, knownEntryBody) : csvRows(entriesCsv, known);
      return { text: rows, next: next && { kind: 'entries', place: next } };
    }
    case 'settlements': {
      const place = after?.kind === 'settlements' ? after.place : undefined;
      const { items, next } = await stepSettlements(books, wish.query, place, partRows);
      const text = csvRows(settlementsCsv, items);
      return { text, next: next && { kind: 'settlements', place: next } };
    }
    case 'totals': {
      const place = after?.kind === 'totals' ? after.place : '';
      const { items, next } = await stepAccounts(books, wish.tenant, place);
      const text =
        wish.format === 'json' ? jsonItems(items, accountTotal) : csvRows(totalsCsv, items, totalsLineEnd);
      return { text, next: next === undefined ? undefined : { kind: 'totals', place: next } };
    }
  }
}

async function stepAccounts(books: Books, tenant: string, after: string): Promise<WalkStep<Account, string>> {
  const page = await books.accountsAfter({ tenant, serviceId: undefined }, after, partRows);
  return {
    items: page.items.map(({ account }) => account),
    next: page.hasMore ? page.next : undefined,
  };
}

function jsonItems<T>(items: readonly T[], answerOf: (item: T) => unknown): string {
  return items.map((item) => JSON.stringify(answerOf(item))).join(itemSeparator);
}
