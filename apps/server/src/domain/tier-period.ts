import { windowAt } from './limit.ts';
import {
  countsOf,
  isNothing,
  minusCounts,
  noCounts,
  packagesFor,
  partsIn,
  plusCounts,
  type Tier,
  type TierCounts,
  type TierPart,
  type TierPeriodName,
  type Tiers,
} from './tiers.ts';

/** What an account has used in the period that its tiers count now. */
export interface TierPeriod {
  readonly priceVersion: number;
  readonly period: TierPeriodName;
  readonly startMs: number;
  /** the last entry before the first usage of the period at its price version */
  readonly from: number;
  /** what was used in the period at tiers of price versions before: it counts as paid, and fills the lowest tiers */
  readonly base: number;
  /** what was used at this price version, less what reversals took back */
  readonly counts: TierCounts;
}

/** What of an entry fell into a tier. */
export interface UsedPart extends TierPart {
  /** how many parts of a package were paid for when it came: up to these none is started; below 0 where one is owed */
  readonly ahead: number;
}

/** What an entry keeps of the tiers of its price. */
export interface EntryTiers {
  /** where its period began */
  readonly startMs: number;
  /** one for each tier; none of an entry that is no usage */
  readonly parts: readonly UsedPart[];
  /** what was recorded on its account at its price version, up to and with it */
  readonly line: TierCounts;
}

/** Usage that falls into tiers. */
interface TieredUse {
  readonly requests: number;
  readonly unitScale: number;
  readonly nowMs: number;
  /** the last entry before it */
  readonly sequence: number;
}

/** Fills the lowest tiers that have room, and starts new packages when the charged ones are used up. */
export function useTiers(
  before: TierPeriod | undefined,
  price: { readonly version: number; readonly tiers: Tiers },
  use: TieredUse,
): { readonly parts: readonly UsedPart[]; readonly period: TierPeriod } {
  const period = periodOf(before, price, use);
  let left = use.requests;
  let below = 0;
  const parts = price.tiers.tiers.map((tier, number): UsedPart => {
    const { requests: used, charged } = period.counts[number] ?? { requests: 0, charged: 0 };
    const end = tier.upTo === undefined ? Number.POSITIVE_INFINITY : partsIn(tier.upTo, use.unitScale);
    const based = Math.min(Math.max(period.base - below, 0), end - below);
    const requests = Math.min(left, Math.max(0, end - below - based - used));
    left -= requests;
    below = end;
    const ahead = aheadOf(tier, use.unitScale, { based, used, charged });
    return { ...tier, requests, ahead, charged: chargedFor(tier, use.unitScale, requests, ahead) };
  });
  return { parts, period: { ...period, counts: plusCounts(period.counts, parts) } };
}

/** The period in which usage is counted now. It never goes back to an earlier one, even if a clock does. */
function periodOf(
  before: TierPeriod | undefined,
  { version, tiers }: { readonly version: number; readonly tiers: Tiers },
  { nowMs, sequence }: TieredUse,
): TierPeriod {
  const { period } = tiers;
  const isSamePeriod = before?.period === period;
  const { startMs: now } = windowAt(period, nowMs);
  const startMs = isSamePeriod ? Math.max(now, before.startMs) : now;
  const isGoingOn = isSamePeriod && before.startMs === startMs;
  if (isGoingOn && before.priceVersion === version) return before;
  const base = isGoingOn ? before.counts.reduce((sum, { requests }) => sum + requests, before.base) : 0;
  return { priceVersion: version, period, startMs, from: sequence, base, counts: noCounts(tiers) };
}

/** How many parts of packages are paid for beyond what was used; 0 where each unit is charged. */
function aheadOf(
  { package: units }: Tier,
  unitScale: number,
  { based, used, charged }: { readonly based: number; readonly used: number; readonly charged: number },
): number {
  if (units === undefined) return 0;
  const size = partsIn(units, unitScale);
  // The product may be above what a double holds.
  const paid = BigInt(packagesFor(based, size) + charged) * BigInt(size) - BigInt(based + used);
  const most = BigInt(Number.MAX_SAFE_INTEGER);
  return Number(paid > most ? most : paid);
}

function chargedFor(tier: Tier, unitScale: number, requests: number, ahead: number): number {
  if (tier.package === undefined) return requests;
  return requests === 0 ? 0 : Math.max(0, packagesFor(requests - ahead, partsIn(tier.package, unitScale)));
}

/** What an entry would have come to if only its first requests had been recorded. */
function firstOf(parts: readonly UsedPart[], unitScale: number, kept: number): TierCounts {
  let left = kept;
  return parts.map((part) => {
    const requests = Math.min(left, part.requests);
    left -= requests;
    return { requests, charged: chargedFor(part, unitScale, requests, part.ahead) };
  });
}

/**
 * What a reversal takes back of an entry: its last requests first, so that the rest costs what the entry would have
 * cost without them.
 */
export function takenOf(
  { parts }: EntryTiers,
  { requests, unitScale }: { readonly requests: number; readonly unitScale: number },
  reversedBefore: number,
  reversedNow: number,
): readonly TierPart[] {
  const kept = firstOf(parts, unitScale, requests - reversedBefore);
  const left = firstOf(parts, unitScale, requests - reversedBefore - reversedNow);
  const taken = minusCounts(kept, left);
  return parts.map(({ upTo, price, package: size }, tier) => ({
    upTo,
    price,
    package: size,
    ...(taken[tier] ?? { requests: 0, charged: 0 }),
  }));
}

/** The period after a reversal of one entry: room comes back only in the same period, and at the same price version. */
export function periodWithout(
  period: TierPeriod | undefined,
  priceVersion: number,
  startMs: number,
  taken: readonly TierPart[],
): TierPeriod | undefined {
  if (period === undefined || period.priceVersion !== priceVersion || period.startMs !== startMs)
    return period;
  return { ...period, counts: minusCounts(period.counts, countsOf(taken)) };
}

/** The period after a reversal of all usage after an entry. */
export function periodCleared(
  period: TierPeriod | undefined,
  openFrom: number,
  takenOfVersion: (priceVersion: number) => TierCounts | undefined,
): TierPeriod | undefined {
  if (period === undefined || isNothing(period.counts)) return period;
  const { from, counts, priceVersion } = period;
  // All usage of the period came after it, and is taken back.
  if (openFrom <= from) return { ...period, counts: minusCounts(counts, counts) };
  return { ...period, counts: minusCounts(counts, takenOfVersion(priceVersion)) };
}
