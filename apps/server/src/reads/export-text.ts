import { entryBody } from '../answers/entries.ts';
import { settlementBody } from '../answers/settlements.ts';
import type { Settlement } from '../domain/settlement.ts';
import type { Entry } from '../domain/usage.ts';
import { type CsvValue, csvRow } from './csv.ts';

/** Entries as CSV, page by page. */
export function entriesCsv(pages: AsyncIterable<readonly Entry[]>): AsyncGenerator<string> {
  return csvText(entryColumns, pages, entryRow);
}

/** Settlements as CSV, without their lines. */
export function settlementsCsv(pages: AsyncIterable<readonly Settlement[]>): AsyncGenerator<string> {
  return csvText(settlementColumns, pages, settlementRow);
}

/** A JSON value on each line. */
export async function* jsonLines<T>(
  pages: AsyncIterable<readonly T[]>,
  answerOf: (item: T) => unknown,
): AsyncGenerator<string> {
  for await (const page of pages) yield page.map((item) => `${JSON.stringify(answerOf(item))}\n`).join('');
}

async function* csvText<T>(
  columns: readonly string[],
  pages: AsyncIterable<readonly T[]>,
  rowOf: (item: T) => readonly CsvValue[],
): AsyncGenerator<string> {
  yield csvRow(columns);
  for await (const page of pages) yield page.map((item) => csvRow(rowOf(item))).join('');
}

export const entryColumns = [
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
];

export function entryRow(entry: Entry): CsvValue[] {
  const { reverses, writesOff, ...row } = entryBody(entry);
  const { entryId = null, from = null, through = null } = reverses ?? {};
  const { kind = null, stroops = null } = writesOff ?? {};
  const reason = reverses?.reason ?? writesOff?.reason ?? null;
  return [...Object.values(row), entryId, from, through, reason, kind, stroops];
}

export const settlementColumns = [
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
];

export function settlementRow(settlement: Settlement): CsvValue[] {
  const { lines: _, ...row } = settlementBody(settlement);
  return Object.values(row);
}
