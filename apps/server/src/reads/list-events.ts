import { setImmediate as nextTurn } from 'node:timers/promises';
import { type BooksEvent, type EventType, eventFacts, eventTypes } from '../domain/event.ts';
import type { Books } from './books.ts';
import { idAtMs } from './id-bounds.ts';

/** Which events are wanted. */
export interface EventQuery {
  readonly tenant: string;
  readonly sinceMs: number;
  readonly type: EventType | undefined;
}

/** A page of events, and behind which id the list goes on; `undefined` at its end. */
export interface EventPage {
  readonly items: readonly BooksEvent[];
  readonly next: string | undefined;
}

const scanRows = 500;
/** Events looked at for one page: a filter that matches little gives short pages, not long waits. */
const scannedMax = 10_000;

/**
 * A page of events in the order in which they happened. Entries, settlements and noted events share one order of
 * ids, so the list is the three of them, merged.
 */
export async function listEvents(
  books: Books,
  query: EventQuery,
  after: string | undefined,
  limit: number,
): Promise<EventPage> {
  let last = after ?? idAtMs(query.sinceMs);
  const items: BooksEvent[] = [];
  for (let scanned = 0; scanned < scannedMax; ) {
    const { rows, isEnd } = await mergedAfter(books, query, last);
    for (const event of rows) {
      const { id, type, atMs } = eventFacts(event);
      last = id;
      scanned += 1;
      if (atMs < query.sinceMs || (query.type !== undefined && type !== query.type)) continue;
      items.push(event);
      if (items.length === limit) return { items, next: last };
    }
    if (isEnd) return { items, next: undefined };
  }
  return { items, next: last };
}

/** The next rows of all kinds that are wanted. Behind a full page of one kind the others are not known to be whole. */
async function mergedAfter(books: Books, { tenant, type }: EventQuery, last: string) {
  const wantsEntries = type === undefined || type === 'usage.recorded' || type === 'usage.reversed';
  const wantsSettlements = type === undefined || type === 'usage.settled';
  const wantsNoted = type === undefined || !(wantsEntries || wantsSettlements);
  const kinds: readonly (readonly BooksEvent[])[] = [
    wantsEntries
      ? (await books.entriesAfter(tenant, last, scanRows)).map((entry) => ({ kind: 'entry' as const, entry }))
      : [],
    wantsSettlements
      ? (await books.settlementsAfter(tenant, last, scanRows)).map((settlement) => ({
          kind: 'settlement' as const,
          settlement,
        }))
      : [],
    wantsNoted
      ? (await books.notedEventsAfter(tenant, last, scanRows)).map((noted) => ({
          kind: 'noted' as const,
          noted,
        }))
      : [],
  ];
  const full = kinds.filter(({ length }) => length === scanRows);
  const ends = full.flatMap((rows) => rows.slice(-1).map((event) => eventFacts(event).id)).sort();
  const [end] = ends;
  const rows = kinds
    .flat()
    .map((event) => ({ event, id: eventFacts(event).id }))
    .filter(({ id }) => end === undefined || id <= end)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ event }) => event);
  return { rows, isEnd: end === undefined };
}

/** How many events of each type there were since a moment. */
export interface EventCounts {
  readonly total: number;
  readonly byType: Readonly<Record<EventType, number>>;
}

/** The most events that a summary counts; beyond them it says that there are more. */
const summaryEventsMax = 1_000_000;

/** Counts events by type, a part at a time. */
export async function countEvents(
  books: Books,
  tenant: string,
  sinceMs: number,
): Promise<EventCounts & { readonly isComplete: boolean }> {
  const counts = new Map<EventType, number>(eventTypes.map((type) => [type, 0]));
  let total = 0;
  let last = idAtMs(sinceMs);
  let isComplete = false;
  while (!isComplete && total < summaryEventsMax) {
    const { rows, isEnd } = await mergedAfter(books, { tenant, sinceMs, type: undefined }, last);
    for (const event of rows) {
      const { id, type, atMs } = eventFacts(event);
      last = id;
      if (atMs < sinceMs) continue;
      counts.set(type, (counts.get(type) ?? 0) + 1);
      total += 1;
    }
    isComplete = isEnd;
    await nextTurn();
  }
  return { total, byType: parseCounts(counts), isComplete };
}

function parseCounts(counts: ReadonlyMap<EventType, number>): Record<EventType, number> {
  return Object.fromEntries(counts) as Record<EventType, number>;
}
