import { eventAnswer } from '../../domain/event.ts';
import { instantMs, timestampOfMs } from '../../domain/timestamps.ts';
import { countEvents, listEvents } from '../../reads/list-events.ts';
import { encodeCursor, idCursor } from '../cursor.ts';
import { type Desk, tenantOf } from '../desk.ts';
import type { Handlers } from '../router.ts';

const summaryDefaultMs = 86_400_000;

/** A timestamp, or milliseconds since the epoch. */
function sinceMsOf(since: string): number {
  return /^\d+$/.test(since) ? Number(since) : instantMs(since);
}

export function eventRoutes({ books, nowMs }: Desk) {
  return {
    listEvents: async (call) => {
      const { cursor, limit = 100, since, type } = call.query;
      const sinceMs = since === undefined ? 0 : sinceMsOf(since);
      const query = { tenant: tenantOf(call), sinceMs, type };
      const { items, next } = await listEvents(books, query, idCursor(cursor), limit);
      const nextCursor = next === undefined ? null : encodeCursor('id', next);
      return { status: 200, body: { items: items.map(eventAnswer), nextCursor } };
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
