import { type Account, outstandingRequests } from '../domain/account.ts';
import { exactInteger } from './exact-integer.ts';
import type { PageEnd } from './paging.ts';
import type { ReplyOf } from './reply.ts';

export function agentsReply(
  agents: readonly string[],
  { nextCursor, hasMore }: PageEnd,
): ReplyOf<'listAgents'> {
  return { status: 200, body: { agents, nextCursor, hasMore } };
}

export function agentTotalReply(agent: string, total: bigint): ReplyOf<'readAgentTotal'> {
  return { status: 200, body: { agent, total: exactInteger(total) } };
}

export function agentUsageReply(
  agent: string,
  accounts: readonly Account[],
  { nextCursor, hasMore }: PageEnd,
): ReplyOf<'readAgentUsage'> {
  const items = accounts.map((account) => ({
    serviceId: account.serviceId,
    total: outstandingRequests(account),
  }));
  return { status: 200, body: { agent, items, nextCursor, hasMore } };
}
