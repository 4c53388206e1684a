import { type BooksEvent, type EventFacts, eventFacts, isEntryEvent } from '../domain/event.ts';
import type { Books } from './books.ts';
import { collectPage, type Page, type Scan } from './collect-page.ts';
import { idAtMs, lastOfIds } from './id-bounds.ts';
import { type EventKinds, type MergedEvents, mergeEvents, type Order } from './merge-events.ts';

/** Which events are wanted, and in which order. */
export interface EventQuery {
  readonly tenant: string;
  readonly sinceMs: number;
  /** a type that does not exist has no events */
  readonly type: string | undefined;
  readonly order: Order;
}

/** A page of events; it continues after an id, in the order of the list. */
export type EventPage = Page<BooksEvent, string>;

const scanRows = 500;
const scannedMax = 10_000;

/**
 * A page of events. Entries, settlements and recorded events share one order of ids, so the list is a merge of the
 * three.
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
