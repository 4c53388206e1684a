import { type ModelAccount, type ModelEntry, reachedBy } from './account.ts';
import type { ModelService } from './books.ts';
import type { Begun, ModelPeriod, Part, TierCount } from './parts.ts';
import { amountText } from './prepaid-text.ts';
import { costOf, costOfPart, type ModelTier, type ModelTiers, type UnitPrice, versionAt } from './prices.ts';
import { quantityBody } from './units.ts';

const dayMs = 86_400_000;

/** The rating of usage when it is recorded. */
export interface Rated {
  readonly part: Part;
  readonly begun: Begun | undefined;
  readonly period: ModelPeriod | undefined;
  /** `undefined` if its service has no price */
  readonly cost: bigint | undefined;
}

export function rate(
  account: ModelAccount,
  service: ModelService | undefined,
  requests: number,
  nowMs: number,
): Rated {
  const version = service === undefined ? 0 : versionAt(service, nowMs, reachedBy(account));
  const price = service?.prices[version - 1];
  if (price?.tiers === undefined) {
    const cost = price === undefined ? undefined : costOf(requests, price.ofOne, account.scale);
    return { part: { version, requests }, begun: undefined, period: account.period, cost };
  }
  const period = periodNow(account.period, version, price.tiers, nowMs);
  const { begun, counts } = fill(period, price.tiers.list, requests, account.scale);
  const part = { version, requests, tiers: counts };
  const used = period.used.map((one, tier) => ({
    requests: one.requests + (counts[tier]?.requests ?? 0),
    charged: one.charged + (counts[tier]?.charged ?? 0),
  }));
  const cost = costOfPart(part, price, account.scale);
  return { part, begun: { startMs: period.startMs, tiers: begun }, period: { ...period, used }, cost };
}

/** A period never goes back, and a new price continues with the counts so far. */
function periodNow(
  before: ModelPeriod | undefined,
  version: number,
  { period: kind, list }: ModelTiers,
  nowMs: number,
): ModelPeriod {
  const isSameKind = before?.kind === kind;
  const startMs = Math.max(startOf(kind, nowMs), isSameKind ? before.startMs : 0);
  const isSame = isSameKind && before.startMs === startMs;
  if (isSame && before.version === version) return before;
  const base = isSame ? before.used.reduce((sum, { requests }) => sum + requests, before.base) : 0;
  return { version, kind, startMs, base, used: list.map(() => ({ requests: 0, charged: 0 })) };
}

function startOf(kind: ModelPeriod['kind'], nowMs: number): number {
  if (kind === 'lifetime') return 0;
  if (kind === 'day') return Math.floor(nowMs / dayMs) * dayMs;
  const at = new Date(nowMs);
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth());
}

/** Fills tiers with requests, starting with the lowest one that is not full. */
function fill({ base, used }: ModelPeriod, list: readonly ModelTier[], requests: number, scale: number) {
  const begun: { before: number; paid: number }[] = [];
  const counts: TierCount[] = [];
  let [left, from] = [requests, 0];
  for (const [tier, { upTo, size, price }] of list.entries()) {
    const through = upTo === undefined ? Number.MAX_SAFE_INTEGER : upTo * 10 ** scale;
    const ofBase = Math.max(0, Math.min(base, through) - from);
    const before = ofBase + (used[tier]?.requests ?? 0);
    const paid = packages(ofBase, size, scale) + (used[tier]?.charged ?? 0);
    const poured = Math.max(0, Math.min(left, through - from - before));
    left -= poured;
    from = through;
    begun.push({ before, paid });
    counts.push({
      price,
      size,
      requests: poured,
      charged: chargedFor(poured, { before, paid }, size, scale),
    });
  }
  return { begun, counts };
}

function packages(requests: number, size: number | undefined, scale: number): number {
  return size === undefined ? 0 : Math.ceil(requests / (size * 10 ** scale));
}

/** How many packages these requests begin that are not paid for yet. Without packages, each request is charged. */
function chargedFor(
  requests: number,
  { before, paid }: Begun['tiers'][number],
  size: number | undefined,
  scale: number,
): number {
  if (size === undefined || requests === 0) return requests;
  return Math.max(0, packages(before + requests, size, scale) - paid);
}

/**
 * The part of an entry that a reversal takes back, from its end: the rest costs what its first requests alone would
 * have cost.
 */
export function takenOf(entry: ModelEntry, requests: number, scale: number): Part | undefined {
  const [part] = entry.parts;
  if (part === undefined) return undefined;
  const { version, tiers } = part;
  if (tiers === undefined) return { version, requests: -requests };
  const kept = part.requests - entry.reversed;
  const first = (many: number) => {
    let left = many;
    return tiers.map(({ requests: poured, size }, tier) => {
      const stays = Math.min(left, poured);
      left -= stays;
      const begun = entry.begun?.tiers[tier] ?? { before: 0, paid: 0 };
      return { requests: stays, charged: chargedFor(stays, begun, size, scale) };
    });
  };
  const [then, now] = [first(kept), first(kept - requests)];
  const taken = tiers.map(({ price, size }, tier) => ({
    price,
    size,
    requests: (now[tier]?.requests ?? 0) - (then[tier]?.requests ?? 0),
    charged: (now[tier]?.charged ?? 0) - (then[tier]?.charged ?? 0),
  }));
  return { version, requests: -requests, tiers: taken };
}

/** Makes the reversed amount free in the tiers, in the period and at the price of the entry. */
export function giveRoom(account: ModelAccount, entry: ModelEntry, { version, tiers }: Part): void {
  const { period } = account;
  if (tiers === undefined || period?.version !== version || period.startMs !== entry.begun?.startMs) return;
  const used = period.used.map((one, tier) => ({
    requests: one.requests + (tiers[tier]?.requests ?? 0),
    charged: one.charged + (tiers[tier]?.charged ?? 0),
  }));
  account.period = { ...period, used };
}

/** The amount that a hold of requests reserves: their cost if all of them are in the most expensive tier. */
export function dearest(requests: number, { ofOne, tiers }: UnitPrice, scale: number): bigint {
  const costs = tiers?.list.map(({ price, size }) =>
    size === undefined ? costOf(requests, price, scale) : BigInt(packages(requests, size, scale)) * price,
  ) ?? [costOf(requests, ofOne, scale)];
  const [most = 0n] = costs.toSorted((a, b) => (a > b ? -1 : 1));
  return most;
}

/** The usage that an amount pays for in any tier with a price, in 10^-6 of a unit. */
export function paidFor(amount: bigint, { ofOne, tiers }: UnitPrice, scale: number): bigint {
  const list = tiers?.list ?? [{ price: ofOne, size: undefined }];
  const payable = list
    .filter(({ price }) => price > 0n)
    .map(({ price, size }) =>
      size === undefined
        ? (amount / costOf(1, price, scale)) * 10n ** BigInt(6 - scale)
        : (amount / price) * BigInt(size) * 1_000_000n,
    );
  const [fewest = 0n] = payable.toSorted((a, b) => (a < b ? -1 : 1));
  return fewest;
}

/** The members of an answer for tiers, without empty ones. */
export function tiersBody(counts: readonly TierCount[], scale: number) {
  return shownTiers(counts).map(({ tier, price, size, requests, charged }) => ({
    tier,
    requests,
    ...quantityBody(requests, { scale }),
    ...(size === undefined ? {} : { package: size, packages: charged }),
    price: amountText(price),
    amount: amountText(
      costOfPart({ requests, tiers: [{ price, size, requests, charged }] }, undefined, scale),
    ),
  }));
}

export function shownTiers(counts: readonly TierCount[]) {
  return counts
    .map((count, index) => ({ ...count, tier: index + 1 }))
    .filter(({ requests, charged }) => requests !== 0 || charged !== 0);
}
