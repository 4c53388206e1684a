import { canonicalJson, sha256 } from '@billonce/idempotency/core';
import { creditOf } from './credit.ts';
import type { BillLine, Quote } from './quote.ts';

/** A quote as the caller sees it: counts and prices as integers, amounts as decimal strings. A credit is below 0. */
export function quoteAnswer(quote: Quote) {
  return {
    agent: quote.agent,
    serviceId: quote.serviceId,
    requests: quote.requests,
    priceStroops: Number(quote.priceStroops),
    billedStroops: String(quote.billedStroops),
    lines: billLinesAnswer(quote.lines),
    through: quote.through,
    carriedStroops: String(quote.carriedStroops),
    creditStroops: String(creditOf(quote)),
  };
}

/** The strong entity tag of a quote: the same as long as the quote says the same. */
export function quoteTag(quote: Quote): string {
  // The range's beginning is not in the answer, but two ranges are two bills.
  return `"${sha256(`${quote.from} ${canonicalJson(quoteAnswer(quote))}`).slice(0, 32)}"`;
}

export function billLinesAnswer(lines: readonly BillLine[]) {
  return lines.map((line) => ({
    priceVersion: line.priceVersion,
    requests: line.requests,
    priceStroops: Number(line.priceStroops),
    amountStroops: String(line.amountStroops),
  }));
}
