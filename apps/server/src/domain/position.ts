import type { Account, AccountLine } from './account.ts';
import type { Amount } from './amount.ts';
import { minusCounts, plusCounts, type TierCounts } from './tiers.ts';
import type { Entry } from './usage.ts';

/**
 * The position of an entry in its account: the sums of everything before it. The price versions of usage only grow
 * along the sequence, so one line's sum determines those of all lines. Reversals have any version, so each keeps a
 * separate sum.
 */
export interface Position {
  readonly sequence: number;
  /** of the last usage up to here; -1 before the first */
  readonly priceVersion: number;
  readonly lineRequests: number;
  /** requests that the reversals up to here took back, by price version */
  readonly reversed: ReadonlyMap<number, number>;
  /** requests of the usage after this position that was taken back entry by entry, by price version */
  readonly reversedBehind: ReadonlyMap<number, number>;
  /** the lowest `from` of the reversals after this entry: each took back usage after its `from` */
  readonly laterReversedFrom: number | undefined;
  /** what was drawn for the account, less what was returned, up to here */
  readonly paid: Amount;
  /** what reversals after this position returned for usage up to here */
  readonly returnedLater: Amount;
  /** the same sums for each tier, where a price of the account has some */
  readonly tiers?: PositionTiers | undefined;
}

export interface PositionTiers {
  /** of the line of the last usage up to here; `undefined` if its price is flat */
  readonly line: TierCounts | undefined;
  readonly reversed: ReadonlyMap<number, TierCounts>;
  readonly reversedBehind: ReadonlyMap<number, TierCounts>;
}

/** The position of an account's last entry. */
export function positionAtEnd(account: Account): Position {
  const top = account.lines.at(-1);
  return {
    sequence: account.sequence,
    priceVersion: top?.priceVersion ?? -1,
    lineRequests: top?.recordedRequests ?? 0,
    reversed: new Map(account.lines.map((line) => [line.priceVersion, line.reversedRequests])),
    reversedBehind: new Map(),
    laterReversedFrom: undefined,
    paid: account.paid,
    returnedLater: 0n,
    tiers: tiersAtEndOf(account),
  };
}

function tiersAtEndOf({ lines }: Account): PositionTiers | undefined {
  const tiered = lines.flatMap(({ priceVersion, tiered: one }) =>
    one === undefined ? [] : [[priceVersion, one.reversed] as const],
  );
  if (tiered.length === 0) return undefined;
  return { line: lines.at(-1)?.tiered?.recorded, reversed: new Map(tiered), reversedBehind: new Map() };
}

/** The position of an entry that came after the account was `before`, by it and all reversals since. */
export function positionOf(entry: Entry, before: Account, reversals: readonly Entry[]): Position {
  const end = positionAtEnd(before);
  const reversed = new Map(end.reversed);
  const inTiers = new Map(end.tiers?.reversed);
  for (const { sequence, reversal } of reversals) {
    if (sequence > entry.sequence) continue;
    for (const line of reversal?.lines ?? []) {
      reversed.set(line.priceVersion, line.lineReversed);
      if (line.tiered !== undefined) inTiers.set(line.priceVersion, line.tiered.line);
    }
  }
  const { sequence, priceVersion, lineRequests } = entry;
  const reversedBehind = new Map<number, number>();
  const here = {
    sequence,
    priceVersion,
    lineRequests,
    reversed,
    reversedBehind,
    laterReversedFrom: undefined,
    paid: entry.paidAfter ?? 0n,
    returnedLater: 0n,
    tiers:
      entry.tiered === undefined && inTiers.size === 0
        ? undefined
        : { line: entry.tiered?.line, reversed: inTiers, reversedBehind: new Map() },
  };
  return withReversals(here, reversals);
}

/** A position as it is after further reversals. */
export function withReversals(position: Position, reversals: readonly Entry[]): Position {
  const reversedBehind = new Map(position.reversedBehind);
  const inTiers = new Map(position.tiers?.reversedBehind);
  let { laterReversedFrom, returnedLater } = position;
  for (const { sequence, reversal, drawn = 0n } of reversals) {
    if (reversal === undefined) continue;
    if (sequence > position.sequence) {
      laterReversedFrom = Math.min(reversal.from, laterReversedFrom ?? reversal.from);
      if (reversal.through <= position.sequence) returnedLater -= drawn;
    }
    if (reversal.entryId === undefined || reversal.through <= position.sequence) continue;
    for (const { priceVersion, requests, tiered } of reversal.lines) {
      reversedBehind.set(priceVersion, (reversedBehind.get(priceVersion) ?? 0) + requests);
      if (tiered === undefined) continue;
      inTiers.set(priceVersion, plusCounts(tiered.taken, inTiers.get(priceVersion)));
    }
  }
  const after = { ...position, reversedBehind, laterReversedFrom, returnedLater };
  if (inTiers.size === 0) return after;
  const { line = undefined, reversed = new Map() } = position.tiers ?? {};
  return { ...after, tiers: { line, reversed, reversedBehind: inTiers } };
}

/** Whether a reversal after a position took back usage up to it: a quote up to here counts usage that is no longer owed. */
export function isTakenBackLater({ sequence, laterReversedFrom }: Position): boolean {
  return laterReversedFrom !== undefined && laterReversedFrom < sequence;
}

/** Requests that were recorded on a line up to a position; all of them when there is none. */
export function recordedThrough(line: AccountLine, position: Position | undefined): number {
  if (position === undefined || line.priceVersion < position.priceVersion) return line.recordedRequests;
  return line.priceVersion === position.priceVersion ? position.lineRequests : 0;
}

/** Requests of a line up to a position, less what reversals up to there took back. */
export function remainingThrough(line: AccountLine, position: Position | undefined): number {
  const reversed =
    position === undefined ? line.reversedRequests : (position.reversed.get(line.priceVersion) ?? 0);
  return recordedThrough(line, position) - reversed;
}

/** What was recorded on a line in each tier up to a position; `undefined` where its price is flat. */
export function tiersRecordedThrough(
  line: AccountLine,
  position: Position | undefined,
): TierCounts | undefined {
  const { tiered, priceVersion } = line;
  if (tiered === undefined) return undefined;
  if (position === undefined || priceVersion < position.priceVersion) return tiered.recorded;
  const here = priceVersion === position.priceVersion ? position.tiers?.line : undefined;
  return here ?? minusCounts(tiered.recorded, tiered.recorded);
}

/** The same, less what reversals up to there took back. */
export function tiersRemainingThrough(
  line: AccountLine,
  position: Position | undefined,
): TierCounts | undefined {
  const recorded = tiersRecordedThrough(line, position);
  if (recorded === undefined) return undefined;
  const reversed =
    position === undefined ? line.tiered?.reversed : position.tiers?.reversed.get(line.priceVersion);
  return minusCounts(recorded, reversed);
}
