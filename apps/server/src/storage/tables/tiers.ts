import type { LineTiers } from '../../domain/account.ts';
import type { EntryTiers, TierPeriod, UsedPart } from '../../domain/tier-period.ts';
import {
  costOfParts,
  minusCounts,
  partsOf,
  type Tier,
  type TierCount,
  type TierCounts,
  type TierPart,
  type TierPeriodName,
  type Tiers,
  tierPeriods,
} from '../../domain/tiers.ts';
import type { ReversedTiers } from '../../domain/usage.ts';
import { mismatch } from '../columns.ts';
import { coded } from '../table.ts';

/** How tiers are kept: as JSON arrays, in which prices are digits. */

/** The price of a service in tiers: the period, and [border or null, price, package or null] of each. */
export const tiersColumn = coded<Tiers>(
  (stored, column) => tiersIn(JSON.parse(stored), column),
  (tiers) => JSON.stringify(tiersText(tiers)),
);

export const tierPeriodColumn = coded<TierPeriod>(
  (stored, column) => {
    const [priceVersion, period, startMs, from, base, counts] = listIn(JSON.parse(stored));
    return {
      priceVersion: Number(priceVersion),
      period: periodIn(period, column),
      startMs: Number(startMs),
      from: Number(from),
      base: Number(base),
      counts: listIn(counts).map(countIn),
    };
  },
  ({ priceVersion, period, startMs, from, base, counts }) =>
    JSON.stringify([priceVersion, period, startMs, from, base, counts.map(countText)]),
);

/** With `due`, the cost of the outstanding counts, which sums in SQL need. */
export const lineTiersColumn = coded<LineTiers>(
  (stored, column) => {
    const line: Readonly<Record<string, unknown>> = JSON.parse(stored);
    const counts = (name: string) => listIn(line[name]).map(countIn);
    return {
      tiers: tiersIn(line['tiers'], column),
      unitScale: Number(line['unitScale']),
      recorded: counts('recorded'),
      reversed: counts('reversed'),
      settled: counts('settled'),
    };
  },
  ({ tiers, unitScale, recorded, reversed, settled }) => {
    const due = partsOf(tiers, minusCounts(minusCounts(recorded, reversed), settled));
    return JSON.stringify({
      tiers: tiersText(tiers),
      unitScale,
      recorded: recorded.map(countText),
      reversed: reversed.map(countText),
      settled: settled.map(countText),
      due: String(costOfParts(due, unitScale)),
    });
  },
);

/** [start of the period, parts with what was paid ahead, counts of the line] */
export const entryTiersColumn = coded<EntryTiers>(
  (stored) => {
    const [startMs, parts, line] = listIn(JSON.parse(stored));
    return {
      startMs: Number(startMs),
      parts: listIn(parts).map(usedPartIn),
      line: listIn(line).map(countIn),
    };
  },
  ({ startMs, parts, line }) =>
    JSON.stringify([startMs, parts.map((part) => [...partText(part), part.ahead]), line.map(countText)]),
);

/** [parts, counts of the line] */
export const reversedTiersColumn = coded<ReversedTiers>(
  (stored) => {
    const [taken, line] = listIn(JSON.parse(stored));
    return { taken: listIn(taken).map(partIn), line: listIn(line).map(countIn) };
  },
  ({ taken, line }) => JSON.stringify([taken.map(partText), line.map(countText)]),
);

export const tierPartsColumn = coded<readonly TierPart[]>(
  (stored) => listIn(JSON.parse(stored)).map(partIn),
  (parts) => JSON.stringify(parts.map(partText)),
);

/** The counts of a text that `reversedTiersColumn` wrote. */
export function reversedTiersIn(stored: string): { readonly taken: TierCounts; readonly line: TierCounts } {
  const [taken, line] = listIn(JSON.parse(stored));
  return { taken: listIn(taken).map(partIn), line: listIn(line).map(countIn) };
}

/** The counts of the line, of a text that `entryTiersColumn` wrote. */
export function lineCountsIn(stored: string): TierCounts {
  const [, , line] = listIn(JSON.parse(stored));
  return listIn(line).map(countIn);
}

export function tiersIn(stored: unknown, column: string): Tiers {
  const [period, tiers] = listIn(stored);
  return { period: periodIn(period, column), tiers: listIn(tiers).map(tierIn) };
}

export function tiersText({ period, tiers }: Tiers) {
  return [period, tiers.map(tierText)];
}

function tierText({ upTo, price, package: size }: Tier) {
  return [upTo ?? null, String(price), size ?? null];
}

function tierIn(stored: unknown): Tier {
  const [upTo, price, size] = listIn(stored);
  return { upTo: numberOrAbsent(upTo), price: BigInt(String(price)), package: numberOrAbsent(size) };
}

function countText({ requests, charged }: TierCount) {
  return [requests, charged];
}

function countIn(stored: unknown): TierCount {
  const [requests, charged] = listIn(stored);
  return { requests: Number(requests), charged: Number(charged) };
}

function partText(part: TierPart) {
  return [...tierText(part), ...countText(part)];
}

function partIn(stored: unknown): TierPart {
  const [upTo, price, size, ...counts] = listIn(stored);
  return { ...tierIn([upTo, price, size]), ...countIn(counts) };
}

function usedPartIn(stored: unknown): UsedPart {
  return { ...partIn(stored), ahead: Number(listIn(stored)[5]) };
}

function numberOrAbsent(stored: unknown): number | undefined {
  return typeof stored === 'number' ? stored : undefined;
}

function periodIn(stored: unknown, column: string): TierPeriodName {
  const period = tierPeriods.find((one) => one === stored);
  if (period === undefined) throw mismatch(column, `one of ${tierPeriods.join(', ')}`);
  return period;
}

export function listIn(stored: unknown): readonly unknown[] {
  return Array.isArray(stored) ? stored : [];
}
