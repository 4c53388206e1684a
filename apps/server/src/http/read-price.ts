import { type PricedUnits, parsePrice } from '../domain/amount.ts';
import { inStroops, type StatedPrice } from '../domain/service.ts';
import type { Tier, TierPeriodName } from '../domain/tiers.ts';
import { ApiError } from './api-error.ts';

/** A price as a body has it. */
export interface SentPrice {
  readonly priceStroops?: number;
  readonly price?: string;
  readonly per?: PricedUnits;
  readonly tiers?: readonly SentTier[];
  readonly period?: TierPeriodName;
}

interface SentTier {
  readonly upTo?: number;
  readonly price: string;
  readonly package?: number;
}

type ReadPrice =
  | { readonly kind: 'valid'; readonly stated: StatedPrice }
  | { readonly kind: 'invalid'; readonly pointer: string; readonly message: string };

/** Reads a price whose form was validated: it is there once, in stroops, as a decimal text, or in tiers. */
export function readPrice({ tiers, period, ...flat }: SentPrice): ReadPrice {
  if (tiers !== undefined) return readTiers(tiers, period, flat);
  const { priceStroops, price, per } = flat;
  if (period !== undefined) return invalid('/period', 'must not be sent without tiers');
  if (price === undefined) {
    if (per !== undefined) return invalid('/per', 'must not be sent without a price');
    if (priceStroops === undefined) return invalid('/priceStroops', 'is required, or price or tiers');
    return { kind: 'valid', stated: inStroops(BigInt(priceStroops)) };
  }
  const ofOne = parsePrice(price, per ?? 1);
  if (ofOne === undefined) {
    return invalid('/price', notExact);
  }
  return { kind: 'valid', stated: { price: ofOne, per: per ?? 1 } };
}

const notExact = 'must be exact to 10^-12 for one unit, and at most 9000000 for it';

function readTiers(
  sent: readonly SentTier[],
  period: TierPeriodName | undefined,
  { per = 1 }: Pick<SentPrice, 'per'>,
): ReadPrice {
  if (period === undefined) return invalid('/period', 'is required with tiers');
  const tiers: Tier[] = [];
  for (const [number, { upTo, price: text, package: size }] of sent.entries()) {
    const isLast = number === sent.length - 1;
    const border = `/tiers/${number}/upTo`;
    if (isLast && upTo !== undefined) return invalid(border, 'must not be in the last tier');
    if (!isLast && upTo === undefined) return invalid(border, 'is required in every tier except the last');
    if (upTo !== undefined && upTo <= (tiers.at(-1)?.upTo ?? 0))
      return invalid(border, 'must be above that of the previous tier');
    const ofOne = parsePrice(text, size === undefined ? per : 1);
    if (ofOne === undefined) return invalid(`/tiers/${number}/price`, notExact);
    tiers.push({ upTo, price: ofOne, package: size });
  }
  const first = tiers[0]?.price ?? 0n;
  return { kind: 'valid', stated: { price: first, per, tiers: { period, tiers } } };
}

function invalid(pointer: string, message: string): ReadPrice {
  return { kind: 'invalid', pointer, message };
}

/** @throws {ApiError} `invalid_request` */
export function statedPrice(sent: SentPrice): StatedPrice {
  const read = readPrice(sent);
  if (read.kind === 'valid') return read.stated;
  const { pointer, message } = read;
  throw new ApiError('invalid_request', `${pointer.slice(1)} ${message}`, { faults: [{ pointer, message }] });
}
