import { statsReply } from '../../answers/stats.ts';
import { type Desk, tenantOf } from '../desk.ts';
import type { HandlersOf } from '../router.ts';

export function statsRoutes({ books, reads }: Desk) {
  return {
    readStats: async (call) => {
      const tenant = tenantOf(call);
      const stats = await reads.walk(call, 'statsOf', tenant);
      const { isPaused } = await books.pause();
      const apiKeys = await reads.page(call, 'countApiKeys', tenant);
      const webhooks = (await books.webhooks(tenant)).length;
      return statsReply(stats, { apiKeys, webhooks, isPaused });
    },
  } satisfies HandlersOf<'stats'>;
}
