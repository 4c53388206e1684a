import { isDeepStrictEqual } from 'node:util';
import { atomOf, type ModelAsset, xlm } from './assets.ts';
import type { Part } from './parts.ts';
import { amountOf, amountText } from './prepaid-text.ts';

/** A price in a request: in stroops, or as a decimal text for a number of units. */
export type SentPrice =
  | { readonly priceStroops: number }
  | { readonly price: string; readonly per: Per }
  | { readonly tiers: readonly SentTier[]; readonly period: ModelTiers['period']; readonly per?: Per };

type Per = 1 | 1_000 | 1_000_000;

interface SentTier {
  readonly upTo?: number;
  readonly price: string;
  readonly package?: number;
}

/** In 10^-18 of the asset of its service. */
export interface UnitPrice {
  /** the price of one unit, or of a unit or package in the first tier */
  readonly ofOne: bigint;
  readonly tiers?: ModelTiers;
}

export interface ModelTiers {
  readonly period: 'day' | 'month' | 'lifetime';
  readonly list: readonly ModelTier[];
}

export interface ModelTier {
  /** in whole units */
  readonly upTo: number | undefined;
  readonly price: bigint;
  /** the number of units of a package, which is charged in full once it is begun; `undefined`: one unit */
  readonly size: number | undefined;
}

/** The form and the start date of a price. */
export interface Stated {
  /** the number of units for which it is shown */
  per: number;
  /** its date, until the date has passed permanently */
  fromMs: number | undefined;
  /** its date in lists, which never changes */
  readonly effectiveFrom: string | undefined;
}

/** The prices of a service by version, starting with version 1. */
export interface Pricing {
  readonly asset: ModelAsset;
  readonly prices: readonly UnitPrice[];
  readonly stated: readonly Stated[];
}

/** The prices of a service that was never registered. */
export const unpriced: Pricing = { asset: xlm, prices: [], stated: [] };

/** The version in force: the highest one whose date has passed, or that the account has reached. */
export function versionAt({ prices, stated }: Pricing, nowMs: number, reached = 0): number {
  let version = prices.length;
  while (version > reached && (stated[version - 1]?.fromMs ?? 0) > nowMs) version -= 1;
  return version;
}

/** The price in force, or `undefined` if there is none. */
export function priceAt(pricing: Pricing, nowMs: number, reached = 0): UnitPrice | undefined {
  return pricing.prices[versionAt(pricing, nowMs, reached) - 1];
}

/**
 * The cost of smallest parts of units with this many decimal places, in 10^-18 of the asset. No price has more than 12
 * places.
 */
export function costOf(parts: number, price: bigint, scale: number): bigint {
  return (BigInt(parts) * price) / 10n ** BigInt(scale);
}

/** The cost of a part of an entry: in its tiers, or at a flat price. */
export function costOfPart(
  { requests, tiers }: Pick<Part, 'requests' | 'tiers'>,
  price: UnitPrice | undefined,
  scale: number,
): bigint {
  if (tiers === undefined) return costOf(requests, price?.ofOne ?? 0n, scale);
  return tiers.reduce(
    (sum, one) => sum + costOf(one.charged, one.price, one.size === undefined ? scale : 0),
    0n,
  );
}

const stroop = atomOf(xlm);

export function unitPriceOf(sent: SentPrice): UnitPrice {
  if ('priceStroops' in sent) return { ofOne: BigInt(sent.priceStroops) * stroop };
  if ('price' in sent) return { ofOne: amountOf(sent.price) / BigInt(sent.per) };
  const { per = 1, period } = sent;
  const list = sent.tiers.map(({ upTo, price, package: size }) => ({
    upTo,
    price: amountOf(price) / BigInt(size === undefined ? per : 1),
    size,
  }));
  return { ofOne: list[0]?.price ?? 0n, tiers: { period, list } };
}

/**
 * The initial prices of a service: first a flat one, that of a unit in the first tier, to 12 places; then the tiers.
 */
export function firstPrices(price: UnitPrice): readonly UnitPrice[] {
  const [first] = price.tiers?.list ?? [];
  if (first === undefined) return [price];
  const least = 10n ** 6n;
  return [{ ofOne: (first.price / BigInt(first.size ?? 1) / least) * least }, price];
}

export function isSamePrice(a: UnitPrice | undefined, b: UnitPrice): boolean {
  return isDeepStrictEqual(a, b);
}

/** The members of an answer for a price: in stroops only for whole stroops in XLM. */
export function priceBody({ ofOne, tiers }: UnitPrice, { code: asset }: ModelAsset, per = 1) {
  if (tiers === undefined)
    return { ...wholeStroops(ofOne, asset), price: amountText(ofOne * BigInt(per)), per, asset };
  const shown = tiers.list.map(({ upTo, price, size }) => ({
    ...(upTo === undefined ? {} : { upTo }),
    price: amountText(price * BigInt(size === undefined ? per : 1)),
    ...(size === undefined ? {} : { package: size }),
  }));
  return { price: shown[0]?.price, per, asset, tiers: shown, period: tiers.period };
}

/** The members of a bill for a price. */
export function unitPriceBody(price: bigint, { code }: ModelAsset) {
  return { ...wholeStroops(price, code), price: amountText(price) };
}

function wholeStroops(price: bigint, asset: string) {
  return asset === xlm.code && price % stroop === 0n ? { priceStroops: Number(price / stroop) } : {};
}

/** The members of an answer for the cost of a line. */
export function amountBody(amount: bigint, { code }: ModelAsset) {
  const inStroops =
    code === xlm.code && amount % stroop === 0n ? { amountStroops: String(amount / stroop) } : {};
  return { ...inStroops, amount: amountText(amount) };
}
