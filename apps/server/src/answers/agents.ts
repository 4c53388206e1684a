import { type Account, outstandingRequests } from '../domain/account.ts';
import type { AssetSums } from '../domain/asset-sums.ts';
import { availableOf, type Balance } from '../domain/balance.ts';
import { amountText } from '../domain/balance-events.ts';
import type { Stroops } from '../domain/money.ts';
import { atomsText, unlessEmpty } from './amounts.ts';
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

/** The totals of an agent, over all services. */
interface AgentTotals {
  readonly agent: string;
  readonly accounts: number;
  readonly recordedRequests: bigint;
  readonly outstandingRequests: bigint;
  readonly outstandingStroops: Stroops;
  readonly unpricedRequests: bigint;
  readonly settledStroops: Stroops;
  readonly otherAssets: readonly AssetSums[];
  readonly balances: readonly Balance[];
}

export function agentTotalsReply(
  agents: readonly AgentTotals[],
  { nextCursor, hasMore }: PageEnd,
): ReplyOf<'listAgentTotals'> {
  const items = agents.map((totals) => ({
    agent: totals.agent,
    accounts: totals.accounts,
    recordedRequests: exactInteger(totals.recordedRequests),
    outstandingRequests: exactInteger(totals.outstandingRequests),
    outstandingStroops: String(totals.outstandingStroops),
    unpricedRequests: exactInteger(totals.unpricedRequests),
    settledStroops: String(totals.settledStroops),
    balances: totals.balances.map((balance) => ({
      asset: balance.asset,
      available: amountText(availableOf(balance)),
      held: amountText(balance.held),
    })),
    otherAssets: unlessEmpty(
      totals.otherAssets.map((other) => ({
        asset: other.asset,
        outstanding: atomsText(other.billed, other),
        settled: atomsText(other.settled, other),
      })),
    ),
  }));
  return { status: 200, body: { items, nextCursor, hasMore } };
}
