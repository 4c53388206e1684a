import { type Amount, costOf, type Price, tenTo } from './amount.ts';

/** The periods over which tiers count the usage of an account, in UTC. */
export const tierPeriods = ['day', 'month', 'lifetime'] as const;
export type TierPeriodName = (typeof tierPeriods)[number];

/** The most tiers of a price: each entry keeps what fell into each of them. */
export const tiersMax = 10;

/** A part of what an account uses in a period, with a price of its units or of packages of them. */
export interface Tier {
  /** the quantity of the period at which it ends, in whole units; `undefined` of the last one */
  readonly upTo: number | undefined;
  /** of one unit, or of one package */
  readonly price: Price;
  /** how many units a package has, of which a started one counts whole; `undefined`: each unit is charged */
  readonly package: number | undefined;
}

/** A price in tiers. */
export interface Tiers {
  readonly period: TierPeriodName;
  /** from 1 to `tiersMax`, in the order of their borders */
  readonly tiers: readonly Tier[];
}

/** What was counted in a tier. */
export interface TierCount {
  /** smallest parts of units */
  readonly requests: number;
  /** the same number, or that of packages */
  readonly charged: number;
}

/** One for each tier of a price, in their order. */
export type TierCounts = readonly TierCount[];

/** What fell into a tier, with the price that it had then. */
export interface TierPart extends TierCount, Tier {}

const nothing: TierCount = { requests: 0, charged: 0 };

export function noCounts({ tiers }: Tiers): TierCounts {
  return tiers.map(() => nothing);
}

/** Counts, and others of the same tiers added to them; none of the others is nothing. */
export function plusCounts(counts: TierCounts, added: TierCounts | undefined): TierCounts {
  if (added === undefined) return counts;
  return counts.map(({ requests, charged }, tier) => {
    const one = added[tier] ?? nothing;
    return { requests: requests + one.requests, charged: charged + one.charged };
  });
}

/** Counts, and others of the same tiers taken off them. */
export function minusCounts(counts: TierCounts, taken: TierCounts | undefined): TierCounts {
  return plusCounts(
    counts,
    taken?.map(({ requests, charged }) => ({ requests: -requests, charged: -charged })),
  );
}

export function isNothing(counts: TierCounts): boolean {
  return counts.every(({ requests, charged }) => requests === 0 && charged === 0);
}

export function isSameCounts(a: TierCounts, b: TierCounts): boolean {
  return a.length === b.length && isNothing(minusCounts(a, b));
}

/** Counts of a price's tiers, with the price. */
export function partsOf({ tiers }: Tiers, counts: TierCounts): readonly TierPart[] {
  return tiers.map((tier, number) => ({ ...tier, ...(counts[number] ?? nothing) }));
}

/** The counts of parts alone. */
export function countsOf(parts: readonly TierPart[]): TierCounts {
  return parts.map(({ requests, charged }) => ({ requests, charged }));
}

/** What one tier's part costs, exactly. */
export function costOfPart({ charged, price, package: size }: TierPart, unitScale: number): Amount {
  return costOf(charged, price, size === undefined ? unitScale : 0);
}

/** What the parts of tiers cost together, exactly. */
export function costOfParts(parts: readonly TierPart[], unitScale: number): Amount {
  return parts.reduce((sum, part) => sum + costOfPart(part, unitScale), 0n);
}

export function isSameTiers(a: Tiers | undefined, b: Tiers | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return (
    a.period === b.period &&
    a.tiers.length === b.tiers.length &&
    a.tiers.every((tier, number) => {
      const other = b.tiers[number];
      return tier.upTo === other?.upTo && tier.price === other?.price && tier.package === other?.package;
    })
  );
}

/**
 * The price of one unit in the first tier, for usage from before there was a price: that has no place in a tier. Of a
 * package it is a part of its price, rounded down to 12 places.
 */
export function unitPriceOfFirst({ tiers: [first] }: Tiers): Price {
  return first === undefined ? 0n : first.price / BigInt(first.package ?? 1);
}

/** A whole number of units in smallest parts; no account counts more than a double holds. */
export function partsIn(units: number, unitScale: number): number {
  return Math.min(units * 10 ** unitScale, Number.MAX_SAFE_INTEGER);
}

/** How many packages of a size are needed for so many parts. */
export function packagesFor(requests: number, size: number): number {
  return Math.ceil(requests / size);
}

/** What usage costs if all of it falls into the tier in which it costs most. */
export function dearestCost(requests: number, { tiers }: Tiers, unitScale: number): Amount {
  let most = 0n;
  for (const tier of tiers) {
    const charged = chargedAlone(requests, tier, unitScale);
    const cost = costOfPart({ ...tier, requests, charged }, unitScale);
    if (cost > most) most = cost;
  }
  return most;
}

function chargedAlone(requests: number, { package: size }: Tier, unitScale: number): number {
  return size === undefined ? requests : packagesFor(requests, partsIn(size, unitScale));
}

/** How many units an amount pays for in any of the tiers that cost something, in 10^-6 of a unit; 0 if none does. */
export function unitsPaidBy(amount: Amount, { tiers }: Tiers, unitScale: number): bigint {
  const least = tenTo(6 - unitScale);
  const payable = tiers
    .filter(({ price }) => price > 0n)
    .map(({ price, package: size }) =>
      size === undefined
        ? (amount / costOf(1, price, unitScale)) * least
        : (amount / costOf(1, price, 0)) * BigInt(size) * 1_000_000n,
    );
  return (
    payable.reduce<bigint | undefined>(
      (few, one) => (few === undefined || one < few ? one : few),
      undefined,
    ) ?? 0n
  );
}
