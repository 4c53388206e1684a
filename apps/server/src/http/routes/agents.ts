import { agentsReply, agentTotalReply, agentTotalsReply, agentUsageReply } from '../../answers/agents.ts';
import { assetDefault } from '../../domain/balance.ts';
import { agentsSortedMax } from '../../reads/agent-totals.ts';
import { ApiError } from '../api-error.ts';
import { encodeCursor, nameCursor } from '../cursor.ts';
import { type Desk, tenantOf } from '../desk.ts';
import type { HandlersOf } from '../router.ts';

export function agentsRoutes({ reads }: Desk) {
  return {
    listAgents: async (call) => {
      const { cursor, limit = 100 } = call.query;
      const found = await reads.page(call, 'listAgents', tenantOf(call), nameCursor(cursor), limit + 1);
      const agents = found.slice(0, limit);
      return agentsReply(agents, endOf(agents, found.length > limit));
    },

    listAgentTotals: async (call) => {
      const { q, sort = 'agent', asset = assetDefault, cursor, limit = 100 } = call.query;
      const wanted = { tenant: tenantOf(call), part: q ?? '' };
      if (sort !== 'agent') {
        const top =
          sort === 'outstanding'
            ? await reads.walk(call, 'topAgentTotals', wanted, asset, limit)
            : await reads.walk(call, 'lowestAgentTotals', wanted, asset, limit);
        if (top !== undefined) return agentTotalsReply(top, { nextCursor: null, hasMore: false });
        throw new ApiError(
          'limit_exceeded',
          `there are more than ${agentsSortedMax} agents: list them by name, or search for a part of it`,
        );
      }
      const { items, next, hasMore } = await reads.page(
        call,
        'listAgentTotals',
        wanted,
        nameCursor(cursor),
        limit,
      );
      return agentTotalsReply(items, { nextCursor: hasMore ? encodeCursor('name', next) : null, hasMore });
    },

    readAgentTotal: async (call) => {
      const { agent } = call.params;
      const total = await reads.walk(call, 'sumAgent', tenantOf(call), agent);
      return agentTotalReply(agent, total);
    },

    readAgentUsage: async (call) => {
      const { agent } = call.params;
      const { cursor, limit = 1_000 } = call.query;
      const found = await reads.page(
        call,
        'listAccountsOfAgent',
        tenantOf(call),
        agent,
        nameCursor(cursor),
        limit + 1,
      );
      const accounts = found.slice(0, limit);
      const names = accounts.map(({ serviceId }) => serviceId);
      return agentUsageReply(agent, accounts, endOf(names, found.length > limit));
    },
  } satisfies HandlersOf<'agents'>;
}

function endOf(names: readonly string[], hasMore: boolean) {
  const last = names.at(-1);
  return { nextCursor: hasMore && last !== undefined ? encodeCursor('name', last) : null, hasMore };
}
