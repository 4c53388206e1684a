import { type KnownEntryBody, knownEntryBody } from '../answers/entries.ts';
import { type SettlementBody, settlementBody } from '../answers/settlements.ts';
import { type AccountTotal, accountTotal } from '../answers/usage.ts';
import type { Account } from '../domain/account.ts';
import type { StatedEntry } from '../domain/entry-state.ts';
import type { Settlement } from '../domain/settlement.ts';
import { type CsvForm, csvHead, csvRows } from './csv.ts';

/** A file of CSV, page by page. */
export async function* csvText<T, Column extends string>(
  form: CsvForm<T, Column>,
  pages: AsyncIterable<readonly T[]>,
): AsyncGenerator<string> {
  yield csvHead(form);
  for await (const page of pages) yield csvRows(form, page);
}

/** A JSON value on each line. */
export async function* jsonLines<T>(
  pages: AsyncIterable<readonly T[]>,
  bodyOf: (item: T) => unknown,
): AsyncGenerator<string> {
  for await (const page of pages) yield page.map((item) => `${JSON.stringify(bodyOf(item))}\n`).join('');
}

type EntryColumn =
  | Exclude<keyof KnownEntryBody, 'reverses' | 'writesOff'>
  | 'reversesEntryId'
  | 'reversesFrom'
  | 'reversesThrough'
  | 'reason'
  | 'writesOffKind'
  | 'writesOffStroops'
  | 'writesOffAmount';

export const entriesCsv: CsvForm<StatedEntry, EntryColumn> = {
  columns: [
    'id',
    'agent',
    'serviceId',
    'sequence',
    'requests',
    'priceVersion',
    'usageId',
    'occurredAt',
    'recordedAt',
    'reversesEntryId',
    'reversesFrom',
    'reversesThrough',
    'reason',
    'writesOffKind',
    'writesOffStroops',
    'priceStroops',
    'amountStroops',
    'settlementId',
    'reversed',
    'drawn',
    'price',
    'amount',
    'asset',
    'reversedRequests',
    'metadata',
    'quantity',
    'tiers',
    'writesOffAmount',
  ],
  rowOf(known) {
    const { reverses, writesOff, reversed, tiers, ...members } = knownEntryBody(known);
    return {
      ...members,
      reversed: String(reversed),
      metadata: known.entry.metadata ?? null,
      drawn: members.drawn ?? null,
      quantity: members.quantity ?? null,
      tiers: tiersText(tiers, reverses),
      reversesEntryId: reverses?.entryId ?? null,
      reversesFrom: reverses?.from ?? null,
      reversesThrough: reverses?.through ?? null,
      reason: reverses?.reason ?? writesOff?.reason ?? null,
      writesOffKind: writesOff?.kind ?? null,
      writesOffStroops: writesOff?.stroops ?? null,
      writesOffAmount: writesOff?.amount ?? null,
    };
  },
};

/** What of an entry is in its tiers, as JSON; of a reversal, what it takes back of them. */
function tiersText(tiers: KnownEntryBody['tiers'], reverses: KnownEntryBody['reverses']): string | null {
  const taken = reverses?.lines.flatMap(({ priceVersion, tiers: ofLine }) =>
    ofLine === undefined ? [] : [{ priceVersion, tiers: ofLine }],
  );
  if (taken !== undefined && taken.length > 0) return JSON.stringify(taken);
  return tiers === undefined ? null : JSON.stringify(tiers);
}

/** Settlements, without their lines. */
export const settlementsCsv: CsvForm<
  Settlement,
  Exclude<keyof SettlementBody, 'lines' | 'prepaid'> | 'paid'
> = {
  columns: [
    'id',
    'agent',
    'serviceId',
    'number',
    'from',
    'through',
    'requests',
    'carriedStroops',
    'billedStroops',
    'carriedOnStroops',
    'settledAt',
    'paid',
    'runId',
    'remainder',
    'remainderOn',
    'amount',
    'asset',
    'quantity',
    'carried',
    'carriedOn',
  ],
  rowOf(settlement) {
    const { lines: _, prepaid, ...members } = settlementBody(settlement);
    return {
      ...members,
      // Those in stroops are of XLM, and the last two of the other assets.
      carriedStroops: members.carriedStroops ?? null,
      billedStroops: members.billedStroops ?? null,
      carriedOnStroops: members.carriedOnStroops ?? null,
      carried: members.carried ?? null,
      carriedOn: members.carriedOn ?? null,
      quantity: members.quantity ?? null,
      paid: prepaid?.paid ?? null,
    };
  },
};

/** What is outstanding on each account. */
export const totalsCsv: CsvForm<Account, keyof AccountTotal> = {
  columns: ['agent', 'serviceId', 'total'],
  rowOf: accountTotal,
};

/** How the lines of AgentPay's file of totals end: clients cut it at each line feed. */
export const totalsLineEnd = '\n';
