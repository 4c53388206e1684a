import type { PositionTiers } from '../../domain/position.ts';
import { plusCounts, type TierCounts } from '../../domain/tiers.ts';
import { lineCountsIn, reversedTiersIn } from './tiers.ts';

/** What reversals took back, by price version. */
export interface ReversedByVersion {
  readonly requests: ReadonlyMap<number, number>;
  /** in each tier, at price versions that have some */
  readonly tiers: ReadonlyMap<number, TierCounts>;
}

/** What reversals of one price version say of its tiers. */
interface ReversedCounts {
  readonly taken: TierCounts;
  readonly line: TierCounts;
}

export type CountsOf = (reversed: readonly ReversedCounts[]) => TierCounts | undefined;

/** What all of them together took back. */
export const sumOfTaken: CountsOf = (reversed) =>
  reversed.reduce<TierCounts | undefined>((sum, { taken }) => plusCounts(taken, sum), undefined);

/** @param countsOf what counts of the tiers; a row has what one reversal keeps of them, or a list of that */
export function reversedByVersion(
  rows: readonly {
    readonly priceVersion: number;
    readonly requests: number;
    readonly tiered: string | undefined;
  }[],
  countsOf: CountsOf,
): ReversedByVersion {
  const tiers = new Map<number, TierCounts>();
  for (const { priceVersion, tiered } of rows) {
    const counts = tiered === undefined ? undefined : countsOf(reversedIn(tiered));
    if (counts !== undefined) tiers.set(priceVersion, counts);
  }
  return { requests: new Map(rows.map(({ priceVersion, requests }) => [priceVersion, requests])), tiers };
}

function reversedIn(stored: string): readonly ReversedCounts[] {
  const all: unknown = JSON.parse(stored);
  const isList = Array.isArray(all) && (all.length === 0 || typeof all[0] === 'string');
  return isList ? all.map((one) => reversedTiersIn(String(one))) : [reversedTiersIn(stored)];
}

/** What a position says of tiers; `undefined` where its account has none up to there. */
export function positionTiers(
  tiered: string | undefined,
  reversed: ReversedByVersion,
  reversedBehind: ReversedByVersion,
): PositionTiers | undefined {
  if (tiered === undefined && reversed.tiers.size === 0 && reversedBehind.tiers.size === 0) return undefined;
  return {
    line: tiered === undefined ? undefined : lineCountsIn(tiered),
    reversed: reversed.tiers,
    reversedBehind: reversedBehind.tiers,
  };
}
