import type { Account } from './account.ts';
import type { Amount } from './amount.ts';
import type { Settlement } from './settlement.ts';
import { periodCleared, periodWithout, type TierPeriod, takenOf, useTiers } from './tier-period.ts';
import {
  costOfParts,
  isNothing,
  isSameCounts,
  isSameTiers,
  noCounts,
  partsOf,
  plusCounts,
  type TierCounts,
  type TierPart,
  type Tiers,
} from './tiers.ts';
import type { Entry } from './usage.ts';

/** What an entry takes back of the tiers of another: its parts, and where their period began. */
export interface TakenTiers {
  readonly parts: readonly TierPart[];
  readonly startMs: number;
}

/** What one account has in its tiers, computed again from its entries, in their order. */
export class TierAudit {
  readonly #tiers: ReadonlyMap<number, Tiers>;
  readonly #unitScale: number;
  readonly #recorded = new Map<number, TierCounts>();
  readonly #reversed = new Map<number, TierCounts>();
  readonly #settled = new Map<number, TierCounts>();
  #range = new Map<number, TierCounts>();
  #period: TierPeriod | undefined;

  constructor(tiers: ReadonlyMap<number, Tiers>, unitScale: number) {
    this.#tiers = tiers;
    this.#unitScale = unitScale;
  }

  hasTiers(version: number): boolean {
    return this.#tiers.has(version);
  }

  /** Adds usage, and returns its cost in its tiers and its faults. */
  usage(entry: Entry): { readonly cost: Amount; readonly faults: string[] } {
    const { id, priceVersion: version, requests, recordedAtMs, sequence, tiered } = entry;
    const tiers = this.#tiers.get(version);
    if (tiers === undefined) {
      return {
        cost: 0n,
        faults: tiered === undefined ? [] : [`entry ${id} is in tiers that its price has not`],
      };
    }
    const use = { requests, unitScale: this.#unitScale, nowMs: recordedAtMs, sequence: sequence - 1 };
    const { parts, period } = useTiers(this.#period, { version, tiers }, use);
    this.#period = period;
    const line = add(this.#recorded, version, parts);
    add(this.#range, version, parts);
    const isRight =
      tiered !== undefined &&
      tiered.startMs === period.startMs &&
      isSameParts(tiered.parts, parts) &&
      tiered.parts.every(({ ahead }, tier) => ahead === parts[tier]?.ahead);
    const faults = isRight ? [] : [`entry ${id} is not in the tiers that its account had reached`];
    if (tiered !== undefined && !isSameCounts(tiered.line, line))
      faults.push(`entry ${id} carries a wrong sum of its tiers`);
    return { cost: costOfParts(parts, this.#unitScale), faults };
  }

  /** Adds a reversal with what it takes back, and returns the cost of that and the faults. */
  reversal(
    entry: Entry,
    taken: ReadonlyMap<number, TakenTiers>,
  ): { readonly cost: Amount; readonly faults: string[] } {
    const { id, reversal } = entry;
    const faults = this.otherFaults(entry);
    let cost = 0n;
    for (const { priceVersion: version, tiered } of reversal?.lines ?? []) {
      if (!this.#tiers.has(version)) continue;
      const { parts = [], startMs = 0 } = taken.get(version) ?? {};
      cost += costOfParts(parts, this.#unitScale);
      const line = add(this.#reversed, version, parts);
      add(this.#range, version, negative(parts));
      if (tiered === undefined || !isSameParts(tiered.taken, parts))
        faults.push(`reversal ${id} takes back other tiers than its usage had`);
      else if (!isSameCounts(tiered.line, line))
        faults.push(`reversal ${id} carries a wrong sum of its tiers`);
      if (reversal?.entryId !== undefined)
        this.#period = periodWithout(this.#period, version, startMs, parts);
    }
    if (reversal !== undefined && reversal.entryId === undefined) {
      this.#period = periodCleared(this.#period, reversal.from, (version) => taken.get(version)?.parts);
    }
    return { cost, faults };
  }

  /** The faults in the sums of an entry that is not usage. */
  otherFaults({ id, priceVersion, tiered }: Entry): string[] {
    const line = this.#recorded.get(priceVersion);
    const isRight =
      line === undefined ? tiered === undefined : tiered !== undefined && isSameCounts(tiered.line, line);
    return isRight ? [] : [`entry ${id} carries a wrong sum of the tiers before it`];
  }

  /** Adds a bill, and returns the cost of its tiers and their faults. */
  settlement({ id, lines }: Settlement): { readonly cost: Amount; readonly faults: string[] } {
    const faults: string[] = [];
    let cost = 0n;
    const billed = new Map(
      lines.flatMap((line) => (line.tiered === undefined ? [] : [[line.priceVersion, line]])),
    );
    for (const [version, counts] of this.#range) {
      const tiers = this.#tiers.get(version);
      if (tiers === undefined) continue;
      add(this.#settled, version, counts);
      const parts = partsOf(tiers, counts);
      const amount = costOfParts(parts, this.#unitScale);
      cost += amount;
      const line = billed.get(version);
      billed.delete(version);
      const isRight = isNothing(counts)
        ? line === undefined
        : line?.tiered !== undefined && isSameParts(line.tiered, parts) && line.amount === amount;
      if (!isRight)
        faults.push(`settlement ${id}: the tiers of line ${version} are not those of its entries`);
    }
    if (billed.size > 0) faults.push(`settlement ${id} has tiers without entries`);
    this.#range = new Map();
    return { cost, faults };
  }

  /** Compares the tiers of the account with the recomputed ones. */
  faultsOf({ lines, tierPeriod }: Account): string[] {
    const faults = lines.flatMap(({ priceVersion: version, tiered }) => {
      const tiers = this.#tiers.get(version);
      if (tiers === undefined) return tiered === undefined ? [] : [`line ${version}: its price has no tiers`];
      const none = noCounts(tiers);
      const isRight =
        tiered !== undefined &&
        isSameTiers(tiered.tiers, tiers) &&
        isSameCounts(tiered.recorded, this.#recorded.get(version) ?? none) &&
        isSameCounts(tiered.reversed, this.#reversed.get(version) ?? none) &&
        isSameCounts(tiered.settled, this.#settled.get(version) ?? none);
      return isRight ? [] : [`line ${version}: its tiers differ from the entries`];
    });
    if (!isSamePeriod(tierPeriod, this.#period))
      faults.push('what the account has used in its period differs from the entries');
    return faults;
  }
}

/** What a reversal takes back of one entry, by what reversals before it took. */
export function takenTiers(
  entry: Entry,
  reversedBefore: number,
  reversedNow: number,
): TakenTiers | undefined {
  const { tiered } = entry;
  if (tiered === undefined) return undefined;
  return { parts: takenOf(tiered, entry, reversedBefore, reversedNow), startMs: tiered.startMs };
}

/** What is taken back of several entries of one price version. */
export function plusTaken(a: TakenTiers | undefined, b: TakenTiers): TakenTiers {
  if (a === undefined) return b;
  const counts = plusCounts(a.parts, b.parts);
  return { ...a, parts: a.parts.map((part, tier) => ({ ...part, ...counts[tier] })) };
}

function add(sums: Map<number, TierCounts>, version: number, counts: TierCounts): TierCounts {
  const sum = plusCounts(counts, sums.get(version));
  sums.set(version, sum);
  return sum;
}

function negative(counts: TierCounts): TierCounts {
  return counts.map(({ requests, charged }) => ({ requests: -requests, charged: -charged }));
}

function isSameParts(a: readonly TierPart[], b: readonly TierPart[]): boolean {
  return isSameCounts(a, b) && isSameTiers({ period: 'day', tiers: a }, { period: 'day', tiers: b });
}

function isSamePeriod(a: TierPeriod | undefined, b: TierPeriod | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return (
    a.priceVersion === b.priceVersion &&
    a.period === b.period &&
    a.startMs === b.startMs &&
    a.from === b.from &&
    a.base === b.base &&
    isSameCounts(a.counts, b.counts)
  );
}
