import { formatPrice } from '../domain/amount.ts';
import { amountText } from '../domain/balance-events.ts';
import type { AgentSettled, Bill, Settled } from '../domain/commands/settlements.ts';
import { priceInStroops } from '../domain/price-shown.ts';
import { quantityText } from '../domain/quantity.ts';
import { leftBy, type Settlement } from '../domain/settlement.ts';
import { timestampOfMs } from '../domain/timestamps.ts';
import { atomsText, atomsTextBesideXlm, stroopsOf, unlessEmpty } from './amounts.ts';
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

  agent_settled: ({
    agent,
    bills,
    billedStroops,
    otherAssets,
    unpriced,
  }: AgentSettled): ReplyOf<'settleBulk'> => ({
    status: 200,
    body: {
      agent,
      items: bills.map(billBody),
      totalBilledStroops: String(billedStroops),
      otherAssets: unlessEmpty(
        otherAssets.map((other) => ({ asset: other.asset, totalBilled: atomsText(other.billed, other) })),
      ),
      skipped: unpriced.map(({ serviceId, requests }) => ({ serviceId, requests, reason: 'unpriced' })),
    },
  }),
};

function billBody({ quote, settlementId }: Bill): ItemOf<'settleBulk'> {
  return {
    serviceId: quote.serviceId,
    requests: quote.requests,
    quantity: quantityText(quote.requests, quote.unitScale),
    priceStroops: priceInStroops(quote.price, quote.asset),
    price: formatPrice(quote.price, 1),
    billedStroops: stroopsOf(quote.billedStroops, quote),
    amount: atomsText(quote.billedStroops, quote),
    asset: quote.asset,
    carriedStroops: stroopsOf(quote.carriedStroops, quote),
    carried: atomsTextBesideXlm(quote.carriedStroops, quote),
    remainder: amountText(quote.remainder),
    remainderOn: amountText(quote.remainderOn),
    prepaid: prepaidBody(quote),
    settlementId: settlementId ?? null,
    lines: billLinesBody(quote),
  };
}

/** A settlement as the caller sees it. */
export type SettlementBody = BodyOf<'readSettlement'>;

export function settlementBody(settlement: Settlement): SettlementBody {
  const { carriedOnStroops, remainderOn } = leftBy(settlement);
  return {
    id: settlement.id,
    agent: settlement.agent,
    serviceId: settlement.serviceId,
    number: settlement.number,
    from: settlement.from,
    through: settlement.through,
    requests: settlement.requests,
    quantity: quantityText(settlement.requests, settlement.unitScale),
    lines: billLinesBody(settlement),
    carriedStroops: stroopsOf(settlement.carriedStroops, settlement),
    carried: atomsTextBesideXlm(settlement.carriedStroops, settlement),
    remainder: amountText(settlement.remainder),
    prepaid: prepaidBody(settlement),
    billedStroops: stroopsOf(settlement.billedStroops, settlement),
    amount: atomsText(settlement.billedStroops, settlement),
    asset: settlement.asset,
    carriedOnStroops: stroopsOf(carriedOnStroops, settlement),
    carriedOn: atomsTextBesideXlm(carriedOnStroops, settlement),
    remainderOn: amountText(remainderOn),
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
