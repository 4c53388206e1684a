import { canonicalJson, type Json, sha256 } from '@billonce/idempotency/core';
import { amountOfAtoms, formatPrice } from '../domain/amount.ts';
import type { AssetSums } from '../domain/asset-sums.ts';
import { amountText } from '../domain/balance-events.ts';
import { creditOf } from '../domain/credit.ts';
import { priceInStroops } from '../domain/price-shown.ts';
import { quantityText } from '../domain/quantity.ts';
import type { BillLine, Quote } from '../domain/quote.ts';
import type { TierPart } from '../domain/tiers.ts';
import { atomsText, atomsTextBesideXlm, stroopsOf, stroopsText, unlessEmpty } from './amounts.ts';
import { exactInteger } from './exact-integer.ts';
import type { PageEnd } from './paging.ts';
import type { BodyOf, ItemOf, ReplyOf } from './reply.ts';
import { packagesShown, shownParts } from './tiers.ts';

/** A quote as the caller sees it: counts and prices as integers, amounts as decimal strings. A credit is below 0. */
export function quoteBody(quote: Quote): BodyOf<'readQuote'> {
  return {
    agent: quote.agent,
    serviceId: quote.serviceId,
    requests: quote.requests,
    quantity: quantityText(quote.requests, quote.unitScale),
    priceStroops: priceInStroops(quote.price, quote.asset),
    price: formatPrice(quote.price, 1),
    billedStroops: stroopsOf(quote.billedStroops, quote),
    amount: atomsText(quote.billedStroops, quote),
    asset: quote.asset,
    lines: billLinesBody(quote),
    through: quote.through,
    carriedStroops: stroopsOf(quote.carriedStroops, quote),
    carried: atomsTextBesideXlm(quote.carriedStroops, quote),
    remainder: amountText(quote.remainder),
    remainderOn: amountText(quote.remainderOn),
    prepaid: prepaidBody(quote),
    creditStroops: stroopsOf(creditOf(quote), quote),
    credit: atomsTextBesideXlm(creditOf(quote), quote),
    leftOutRequests: undefined,
  };
}

/** The strong entity tag of a quote: it changes whenever the quote does. */
export function quoteTag(quote: Quote): string {
  // The range's beginning is not in the answer, but two ranges are two bills.
  return `"${sha256(`${quote.from} ${canonicalJson(withoutAbsent({ ...quoteBody(quote), leftOutRequests: undefined }))}`).slice(0, 32)}"`;
}

/** An absent member does not count for the tag. */
function withoutAbsent(body: BodyOf<'readQuote'>): Json {
  return JSON.parse(JSON.stringify(body));
}

/**
 * What a bill costs, what of that was paid from the balance, and what is due, less the credit that was carried; `undefined` if
 * nothing was paid so.
 */
export function prepaidBody({
  lines,
  paid,
  billedStroops,
  assetScale,
}: Pick<Quote, 'lines' | 'paid' | 'billedStroops' | 'assetScale'>): BodyOf<'readQuote'>['prepaid'] {
  if (paid === 0n) return undefined;
  const cost = lines.reduce((sum, { amount }) => sum + amount, 0n);
  return {
    cost: amountText(cost),
    paid: amountText(paid),
    due: amountText(amountOfAtoms(billedStroops, assetScale)),
  };
}

/** In what a line counts, and in what it costs. */
interface CountedIn {
  readonly unitScale: number;
  readonly asset: string;
}

export function billLinesBody({
  lines,
  unitScale,
  asset,
}: CountedIn & { readonly lines: readonly BillLine[] }): BodyOf<'readQuote'>['lines'] {
  return lines.flatMap((line) => lineBodies(line, { unitScale, asset }));
}

/** One for each tier that it has something of. */
function lineBodies(line: BillLine, counted: CountedIn): BodyOf<'readQuote'>['lines'] {
  const { priceVersion, tiered } = line;
  if (tiered === undefined) return [lineBody({ ...line, tier: undefined, part: undefined }, counted)];
  return shownParts(tiered, counted.unitScale).map((part) =>
    lineBody({ ...part, priceVersion, part }, counted),
  );
}

function lineBody(
  line: Pick<BillLine, 'priceVersion' | 'requests' | 'price' | 'amount'> & {
    readonly tier: number | undefined;
    readonly part: TierPart | undefined;
  },
  { unitScale, asset }: CountedIn,
): ItemOf<'readQuote', 'lines'> {
  return {
    priceVersion: line.priceVersion,
    tier: line.tier,
    ...packagesShown(line.part),
    requests: line.requests,
    quantity: quantityText(line.requests, unitScale),
    priceStroops: priceInStroops(line.price, asset),
    price: formatPrice(line.price, 1),
    amountStroops: stroopsText(line.amount, { asset }),
    amount: amountText(line.amount),
  };
}

/** @param leftOutRequests of a quote of what was recorded before a moment */
export function quoteReply(quote: Quote, leftOutRequests?: number): ReplyOf<'readQuote'> {
  return { status: 200, etag: quoteTag(quote), body: { ...quoteBody(quote), leftOutRequests } };
}

export function billingTotalReply(sums: BillingSums): ReplyOf<'readBillingTotal'> {
  return {
    status: 200,
    body: {
      totalStroops: String(sums.totalStroops),
      disabledStroops: String(sums.disabledStroops),
      creditStroops: String(sums.creditStroops),
      unpricedRequests: exactInteger(sums.unpricedRequests),
      otherAssets: unlessEmpty(
        sums.otherAssets.map((other) => ({
          asset: other.asset,
          total: atomsText(other.billed, other),
          disabled: atomsText(other.disabled, other),
          credit: atomsText(other.credit, other),
        })),
      ),
    },
  };
}

/** What is outstanding on all accounts of an agent; the amounts in stroops are those in XLM. */
interface AgentSums {
  readonly otherAssets: readonly AssetSums[];
  readonly billedStroops: bigint;
  readonly creditStroops: bigint;
  readonly unpricedRequests: bigint;
}

/** @param sums `undefined` on a page after the first one */
export function agentQuoteReply(
  agent: string,
  quotes: readonly Quote[],
  sums: AgentSums | undefined,
  { nextCursor, hasMore }: PageEnd,
): ReplyOf<'readAgentQuote'> {
  return {
    status: 200,
    body: {
      agent,
      items: quotes.map(quoteBody),
      nextCursor,
      hasMore,
      totalBilledStroops: sums === undefined ? null : String(sums.billedStroops),
      totalCreditStroops: sums === undefined ? null : String(sums.creditStroops),
      unpricedRequests: sums === undefined ? null : exactInteger(sums.unpricedRequests),
      otherAssets: unlessEmpty(
        (sums?.otherAssets ?? []).map((other) => ({
          asset: other.asset,
          totalBilled: atomsText(other.billed, other),
          totalCredit: atomsText(other.credit, other),
        })),
      ),
    },
  };
}

/** What is outstanding on all accounts of a tenant; the amounts in stroops are those in XLM. */
interface BillingSums {
  readonly otherAssets: readonly AssetSums[];
  readonly totalStroops: bigint;
  readonly disabledStroops: bigint;
  readonly creditStroops: bigint;
  readonly unpricedRequests: bigint;
}
