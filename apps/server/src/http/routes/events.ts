import { eventSummaryReply, eventsReply } from '../../answers/events.ts';
import { eventFacts } from '../../domain/event.ts';
import { instantMs } from '../../domain/timestamps.ts';
import { idAtMs } from '../../reads/id-bounds.ts';
import { encodeEventCursor, eventCursor, invalidCursor } from '../cursor.ts';
import { type Desk, tenantOf } from '../desk.ts';
import type { HandlersOf } from '../router.ts';

const summaryDefaultMs = 86_400_000;

/** The year 5138. */
const sinceMsMax = 99_999_999_999_999;

/** A timestamp, or milliseconds since the epoch, which are brought within the bounds of moments. */
function sinceMsOf(since: string): number {
  const ms = Number(since);
  return Number.isNaN(ms) ? instantMs(since) : Math.min(Math.max(0, Math.trunc(ms)), sinceMsMax);
}

/** Continues after an event that was seen, with what comes later; from the beginning if none was. */
function followCursor(seenId = idAtMs(0)): string {
  return encodeEventCursor({ order: 'asc', isFollowed: true, beyondId: seenId });
}

export function eventsRoutes({ reads, nowMs }: Desk) {
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
      const { items, next, hasMore } = await reads.page(call, 'listEvents', query, after?.beyondId, limit);
      const nextCursor = hasMore || list.isFollowed ? encodeEventCursor({ ...list, beyondId: next }) : null;
      // A follower needs no count.
      if (list.isFollowed) return eventsReply(items, { nextCursor, hasMore });
      const total = await reads.page(call, 'countListedEvents', query.tenant, sinceMs, type);
      const newest = list.order === 'asc' ? next : (items.map(eventFacts).at(0)?.id ?? after?.beyondId);
      return eventsReply(items, { nextCursor, hasMore }, { total, followCursor: followCursor(newest) });
    },

    summarizeEvents: async (call) => {
      const { since } = call.query;
      const sinceMs = since === undefined ? nowMs() - summaryDefaultMs : sinceMsOf(since);
      return eventSummaryReply(sinceMs, await reads.walk(call, 'countEvents', tenantOf(call), sinceMs));
    },
  } satisfies HandlersOf<'events'>;
}
