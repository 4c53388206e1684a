import { deliveriesReply } from '../../answers/deliveries.ts';
import { lastOfIds } from '../../reads/id-bounds.ts';
import { encodeCursor, idCursor } from '../cursor.ts';
import { type Desk, tenantOf } from '../desk.ts';
import { knownWebhook } from '../known-webhook.ts';
import type { HandlersOf } from '../router.ts';

export function deliveriesRoutes({ writes, books }: Desk) {
  return {
    listDeliveries: async (call) => {
      const tenant = tenantOf(call);
      const { cursor, limit = 100 } = call.query;
      const { id } = call.params;
      await knownWebhook(books, tenant, id);
      const beforeId = idCursor(cursor) ?? lastOfIds;
      const rows = await books.deliveriesBefore(tenant, id, beforeId, limit + 1);
      const items = rows.slice(0, limit);
      const nextCursor = encodeCursor('id', items.at(-1)?.eventId ?? beforeId);
      const hasMore = rows.length > limit;
      return deliveriesReply(items, { nextCursor, hasMore });
    },

    redeliver: async (call) =>
      await writes.write(call, tenantOf(call), {
        kind: 'redeliver',
        webhookId: call.params.id,
        eventId: call.params.eventId,
      }),
  } satisfies HandlersOf<'deliveries'>;
}
