import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type BooksEvent,
  type EventFacts,
  type EventType,
  eventFacts,
  eventTypes,
  isEntryEvent,
} from '../domain/event.ts';
import type { Books } from './books.ts';
import { collectPage, type Page, type Scan } from './collect-page.ts';
import { idAtMs, lastOfIds } from './id-bounds.ts';
import { type EventKinds, type MergedEvents, mergeEvents, type Order } from './merge-events.ts';

/** Which events are wanted, and in which order. */
export interface EventQuery {
  readonly tenant: string;
  readonly sinceMs: number;
  /** of a type that does not exist there is none */
  readonly type: string | undefined;
  readonly order: Order;
}

/** A page of events; it continues beyond an id. */
export type EventPage = Page<BooksEvent, string>;

const scanRows = 500;
const scannedMax = 10_000;

/**
 * A page of events. Entries, settlements and noted events share one order of ids, so the list is the three of them,
 * merged.
 */
export async function listEvents(
  books: Books,
  query: EventQuery,
  beyondId: string | undefined,
  limit: number,
): Promise<EventPage> {
  const rowsMax = query.type === undefined ? Math.min(scanRows, limit + 1) : scanRows;
  const scan: Scan<BooksEvent, string> = {
    read: async (beyond) => await read(books, query, beyond, rowsMax),
    placeOf: (event) => eventFacts(event).id,
    isWanted: (event) => isWanted(query, eventFacts(event)),
    // An id is never older than its event: nothing below this one happened since.
    isPast: (event) => query.order === 'desc' && eventFacts(event).id < idAtMs(query.sinceMs),
    scannedMax,
  };
  return await collectPage(scan, beyondId ?? startOf(query), limit);
}

function startOf({ order, sinceMs }: EventQuery): string {
  return order === 'asc' ? idAtMs(sinceMs) : lastOfIds;
}

function isWanted(query: EventQuery, { type, atMs }: EventFacts): boolean {
  return atMs >= query.sinceMs && (query.type === undefined || query.type === type);
}

async function read(
  books: Books,
  { tenant, type, order }: EventQuery,
  beyondId: string,
  limit: number,
): Promise<MergedEvents> {
  const wanted = { tenant, kinds: kindsOf(type), order, beyondId, limit };
  return mergeEvents(await books.events(wanted), wanted);
}

function kindsOf(type: string | undefined): EventKinds {
  if (type === undefined) return { entries: true, settlements: true, noted: true };
  const entries = isEntryEvent(type);
  const settlements = type === 'usage.settled';
  return { entries, settlements, noted: !(entries || settlements) };
}

/** How many events of each type there were since a moment. */
export interface EventCounts {
  readonly total: number;
  readonly byType: Readonly<Record<EventType, number>>;
  /** `false`: there were too many to look at all of them */
  readonly isComplete: boolean;
}

/** The most events that a summary looks at. */
const summaryEventsMax = 1_000_000;

/**
 * Counts events by type, a part at a time. Parts follow one another by id and events only ever come in after the last one,
 * so the counts are those of the moment of the last part.
 */
export async function countEvents(books: Books, tenant: string, sinceMs: number): Promise<EventCounts> {
  const query = { tenant, sinceMs, type: undefined, order: 'asc' } as const;
  const counts = new Map<EventType, number>(eventTypes.map((type) => [type, 0]));
  let total = 0;
  let scanned = 0;
  let last = startOf(query);
  for (;;) {
    const { rows, isEnd } = await read(books, query, last, scanRows);
    for (const event of rows) {
      const facts = eventFacts(event);
      last = facts.id;
      scanned += 1;
      if (!isWanted(query, facts)) continue;
      counts.set(facts.type, (counts.get(facts.type) ?? 0) + 1);
      total += 1;
    }
    if (isEnd || scanned >= summaryEventsMax)
      return { total, byType: parseCounts(counts), isComplete: isEnd };
    await nextTurn();
  }
}

function parseCounts(counts: ReadonlyMap<EventType, number>): Record<EventType, number> {
  return Object.fromEntries(counts) as Record<EventType, number>;
}
