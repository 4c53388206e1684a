import { type BooksEvent, eventFacts } from '../domain/event.ts';
import type { EventCounts } from '../domain/event-counts.ts';
import { timestampOfMs } from '../domain/timestamps.ts';
import { entryBody } from './entries.ts';
import type { PageEnd } from './paging.ts';
import type { ItemOf, ReplyOf } from './reply.ts';
import { settlementBody } from './settlements.ts';

type ListedEvent = ItemOf<'listEvents'>;

/** An event as its tenant sees it, in a list and in a webhook's delivery alike. */
export function eventBody(event: BooksEvent): Omit<ListedEvent, 'ts' | 'payload'> {
  const { id, type, atMs } = eventFacts(event);
  return { id, type, timestamp: timestampOfMs(atMs), data: eventData(event) };
}

function eventData(event: BooksEvent): ListedEvent['data'] {
  switch (event.kind) {
    case 'entry':
      return entryBody(event.entry);
    case 'settlement':
      return settlementBody(event.settlement);
    case 'noted':
      return event.noted.data;
  }
}

/** An event, also under the names that AgentPay has for its parts. */
function listedEvent(event: BooksEvent): ListedEvent {
  const { id, type, timestamp, data } = eventBody(event);
  return { id, type, timestamp, data, ts: eventFacts(event).atMs, payload: payloadOf(event, data) };
}

/** What AgentPay's event has: the fact, and of usage the running total of its account. */
function payloadOf(event: BooksEvent, data: ListedEvent['data']): ListedEvent['payload'] {
  if (event.kind !== 'entry' || event.entry.outstandingAfter === undefined) return data;
  return { ...entryBody(event.entry), total: event.entry.outstandingAfter };
}

/** The members of a page besides its events. The pages that a follower reads have none of them. */
interface CountedPage {
  /** how many events match */
  readonly total: number;
  readonly followCursor: string;
}

export function eventsReply(
  events: readonly BooksEvent[],
  { nextCursor, hasMore }: PageEnd,
  counted?: CountedPage,
): ReplyOf<'listEvents'> {
  return {
    status: 200,
    body: {
      total: counted?.total,
      items: events.map(listedEvent),
      nextCursor,
      hasMore,
      followCursor: counted?.followCursor,
    },
  };
}

export function eventSummaryReply(
  sinceMs: number,
  { total, byType, isComplete }: EventCounts,
): ReplyOf<'summarizeEvents'> {
  return {
    status: 200,
    body: { since: timestampOfMs(sinceMs), total, counts: byType, complete: isComplete },
  };
}
