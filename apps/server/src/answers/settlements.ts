import type { AgentSettled, Bill, Settled } from '../domain/commands/settlements.ts';
import { carriedOnStroops, type Settlement } from '../domain/settlement.ts';
import { timestampOfMs } from '../domain/timestamps.ts';
import type { FollowedEnd } from './paging.ts';
import { settlementPath } from './paths.ts';
import { billLinesBody, prepaidBody } from './quotes.ts';
import type { BodyOf, ItemOf, ReplyOf } from './reply.ts';

export const settlementsAnswers = {
  settled: ({ bill }: Settled): ReplyOf<'settle'> => ({
    status: 200,
    location: bill.settlementId === undefined ? undefined : settlementPath(bill.settlementId),
    body: { agent: bill.quote.agent, ...billBody(bill) },
  }),

  agent_settled: ({ agent, bills, billedStroops, unpriced }: AgentSettled): ReplyOf<'settleBulk'> => ({
    status: 200,
    body: {
      agent,
      items: bills.map(billBody),
      totalBilledStroops: String(billedStroops),
      skipped: unpriced.map(({ serviceId, requests }) => ({ serviceId, requests, reason: 'unpriced' })),
    },
  }),
};

function billBody({ quote, settlementId }: Bill): ItemOf<'settleBulk'> {
  return {
    serviceId: quote.serviceId,
    requests: quote.requests,
    priceStroops: Number(quote.priceStroops),
    billedStroops: String(quote.billedStroops),
    carriedStroops: String(quote.carriedStroops),
    prepaid: prepaidBody(quote),
    settlementId: settlementId ?? null,
    lines: billLinesBody(quote.lines),
  };
}

/** A settlement as the caller sees it. */
export type SettlementBody = BodyOf<'readSettlement'>;

export function settlementBody(settlement: Settlement): SettlementBody {
  return {
    id: settlement.id,
    agent: settlement.agent,
    serviceId: settlement.serviceId,
    number: settlement.number,
    from: settlement.from,
    through: settlement.through,
    requests: settlement.requests,
    lines: billLinesBody(settlement.lines),
    carriedStroops: String(settlement.carriedStroops),
    prepaid: prepaidBody(settlement),
    billedStroops: String(settlement.billedStroops),
    carriedOnStroops: String(carriedOnStroops(settlement)),
    settledAt: timestampOfMs(settlement.settledAtMs),
    runId: settlement.runId ?? null,
  };
}

export function settlementReply(settlement: Settlement): ReplyOf<'readSettlement'> {
  return { status: 200, body: settlementBody(settlement) };
}

export function settlementsReply(
  settlements: readonly Settlement[],
  { nextCursor, hasMore }: FollowedEnd,
): ReplyOf<'listSettlements'> {
  return { status: 200, body: { items: settlements.map(settlementBody), nextCursor, hasMore } };
}
