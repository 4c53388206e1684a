import { type Desk, tenantOf } from '../desk.ts';
import { exactInteger } from '../exact-integer.ts';
import type { HandlersOf } from '../router.ts';

export function statsRoutes({ books, reads }: Desk) {
  return {
    readStats: async (call) => {
      const stats = await reads.walk(call, 'statsOf', tenantOf(call));
      const { isPaused } = await books.pause();
      return {
        status: 200,
        body: {
          totalApiKeys: await reads.page(call, 'countApiKeys', tenantOf(call)),
          totalServices: stats.services,
          uniqueAgents: stats.agents,
          accounts: stats.accounts,
          recordedRequests: exactInteger(stats.recordedRequests),
          reversedRequests: exactInteger(stats.reversedRequests),
          settledRequests: exactInteger(stats.settledRequests),
          totalRequests: exactInteger(stats.outstandingRequests),
          outstandingStroops: String(stats.outstandingStroops),
          settledStroops: String(stats.settledStroops),
          totalWebhooks: (await books.webhooks(tenantOf(call))).length,
          usageKeys: stats.accounts,
          lifetimeRequests: exactInteger(stats.recordedRequests),
          settledStroopsTotal: String(stats.settledStroops),
          settlementsTotal: stats.settlements,
          paused: isPaused,
        },
      };
    },
  } satisfies HandlersOf<'stats'>;
}
