import { amountText } from './prepaid-text.ts';

/** A price as it is sent: in stroops, or as a decimal text for so many units. */
export type SentPrice =
  | { readonly priceStroops: number }
  | { readonly price: string; readonly per: 1 | 1_000 | 1_000_000 };

/** What one unit costs, in 10^-18 XLM. */
export type UnitPrice = bigint;

/** The prices of a service, by version, from version 1 on. */
export interface Pricing {
  readonly prices: readonly UnitPrice[];
}

/** Those of a service that was never registered. */
export const unpriced: Pricing = { prices: [] };

/** What smallest parts of units with so many places cost, in 10^-18 XLM: no price has more than 12 places. */
export function costOf(parts: number, price: UnitPrice, scale: number): bigint {
  return (BigInt(parts) * price) / 10n ** BigInt(scale);
}

const stroop = 10n ** 11n;

export function unitPriceOf(sent: SentPrice): UnitPrice {
  if ('priceStroops' in sent) return BigInt(sent.priceStroops) * stroop;
  const [whole = '', fraction = ''] = sent.price.split('.');
  return BigInt(whole + fraction.padEnd(18, '0')) / BigInt(sent.per);
}

/** What an answer says of a price: in stroops only where it is a whole number of them. */
export function priceBody(price: UnitPrice, per = 1) {
  return { ...wholeStroops(price), price: amountText(price * BigInt(per)), per, asset: 'XLM' };
}

/** What a bill says of a price. */
export function unitPriceBody(price: UnitPrice) {
  return { ...wholeStroops(price), price: amountText(price) };
}

function wholeStroops(price: UnitPrice) {
  return price % stroop === 0n ? { priceStroops: Number(price / stroop) } : {};
}

/** What an answer says of what a line costs. */
export function amountBody(amount: bigint) {
  const inStroops = amount % stroop === 0n ? { amountStroops: String(amount / stroop) } : {};
  return { ...inStroops, amount: amountText(amount) };
}

/** What is billed, in XLM: all seven places. */
export function billedText(stroops: bigint): string {
  const digits = String(stroops).padStart(8, '0');
  return `${digits.slice(0, -7)}.${digits.slice(-7)}`;
}
