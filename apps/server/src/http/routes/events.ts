import { type BooksEvent, eventAnswer, eventFacts } from '../../domain/event.ts';
import { instantMs, timestampOfMs } from '../../domain/timestamps.ts';
import { countEvents, listEvents } from '../../reads/list-events.ts';
import { encodeEventCursor, eventCursor, invalidCursor } from '../cursor.ts';
import { type Desk, tenantOf } from '../desk.ts';
import type { Handlers } from '../router.ts';

const summaryDefaultMs = 86_400_000;

/** A timestamp, or milliseconds since the epoch. */
function sinceMsOf(since: string): number {
  return /^\d+$/.test(since) ? Number(since) : instantMs(since);
}

/** An event, also under the names that AgentPay has for its parts. */
function listedEvent(event: BooksEvent) {
  const answer = eventAnswer(event);
  return { ...answer, ts: eventFacts(event).atMs, payload: answer.data };
}

export function eventRoutes({ books, nowMs }: Desk) {
  return {
    listEvents: async (call) => {
      const { cursor, limit = 100, since, type, order } = call.query;
      const after = eventCursor(cursor);
      if (after !== undefined && order !== undefined && after.order !== order) throw invalidCursor();
      const list = {
        order: after?.order ?? order ?? (since === undefined ? 'desc' : 'asc'),
        isFollowed: after?.isFollowed === true || order !== undefined,
      };
      const sinceMs = since === undefined ? 0 : sinceMsOf(since);
      const query = { tenant: tenantOf(call), sinceMs, type, order: list.order };
      const { items, next, hasMore } = await listEvents(books, query, after?.beyondId, limit);
      const nextCursor = hasMore || list.isFollowed ? encodeEventCursor({ ...list, beyondId: next }) : null;
      return { status: 200, body: { items: items.map(listedEvent), nextCursor, hasMore } };
    },

    summarizeEvents: async (call) => {
      const { since } = call.query;
      const sinceMs = since === undefined ? nowMs() - summaryDefaultMs : sinceMsOf(since);
      const { total, byType, isComplete } = await countEvents(books, tenantOf(call), sinceMs);
      return {
        status: 200,
        body: { since: timestampOfMs(sinceMs), total, counts: byType, complete: isComplete },
      };
    },
  } satisfies Partial<Handlers>;
}
