import type { Amount } from './amount.ts';
import type { Stroops } from './money.ts';
import type { EntryTiers } from './tier-period.ts';
import type { TierCounts, TierPart } from './tiers.ts';

/** Usage as a caller reports it. */
export interface UsageItem {
  readonly agent: string;
  readonly serviceId: string;
  /** above 0: whole requests, or a number of the smallest parts of the units that its account counts */
  readonly requests: number;
  /** the event's own identity, unique in its tenant for ever */
  readonly usageId: string | undefined;
  /** nanoseconds since the epoch */
  readonly occurredAtNs: bigint | undefined;
  /** what it was for, in the caller's own words: an object of texts, as canonical JSON */
  readonly metadata?: string | undefined;
}

/** Usage as it is sent. It is not known yet in which parts its account counts. */
export interface SentUsage extends UsageItem {
  /** in 10^-6 of a unit; `requests` is 0 then */
  readonly quantity?: bigint | undefined;
}

/** What a reversal took back at one price version. */
export interface ReversalLine {
  readonly priceVersion: number;
  /** above 0 */
  readonly requests: number;
  /** requests of its account that were ever reversed at its price version, up to and with this */
  readonly lineReversed: number;
  /** where the price has tiers: the same for each of them */
  readonly tiered?: ReversedTiers | undefined;
}

/** What a reversal took back in each tier of a price. */
export interface ReversedTiers {
  readonly taken: readonly TierPart[];
  /** what was ever reversed, up to and with this */
  readonly line: TierCounts;
}

/** What an entry that is a reversal takes back: the usage in (from, through] that nothing took back before. */
export interface Reversal {
  /** the one entry that is taken back; `undefined` for a range of the account */
  readonly entryId: string | undefined;
  readonly from: number;
  readonly through: number;
  readonly reason: string | undefined;
  /** in the order of their price versions */
  readonly lines: readonly ReversalLine[];
}

/** How a credit that no later usage will use up was ended: it was given up, or the agent was paid. */
export type WriteOffKind = (typeof writeOffKinds)[number];

export const writeOffKinds = ['write_off', 'paid_out'] as const;

/** What an entry takes off an account's credit: all of it. */
export interface WriteOff {
  readonly kind: WriteOffKind;
  /** above 0 */
  readonly stroops: Stroops;
  readonly reason: string;
}

/** One immutable fact of the ledger: usage that was recorded on an account, its reversal, or a write-off of its credit. */
export interface Entry extends UsageItem {
  readonly id: string;
  /** decimal places of the units that its account counts */
  readonly unitScale: number;
  /** that of its service; `undefined` as long as that is not registered */
  readonly asset?: string | undefined;
  readonly assetScale?: number | undefined;
  /** its place in its account, counted from 1 without gaps */
  readonly sequence: number;
  /** the price version in force, or 0 when the service had no price yet; of other entries, that of the last usage */
  readonly priceVersion: number;
  /** requests that were recorded on its account at that price version, up to and with this entry */
  readonly lineRequests: number;
  /** what of it fell into which tier; `undefined` where the price has none */
  readonly tiered?: EntryTiers | undefined;
  /** requests of its account that were outstanding after it; `undefined` of entries from before this was kept */
  readonly outstandingAfter?: number | undefined;
  readonly recordedAtMs: number;
  /** what was drawn from the balance for it; of a reversal, what it returned, below 0; `undefined` if nothing was drawn */
  readonly drawn?: Amount | undefined;
  /** what was drawn for its account, less what was returned, up to and with this; `undefined` is 0 */
  readonly paidAfter?: Amount | undefined;
  /** what it takes back; its requests are then below 0 */
  readonly reversal?: Reversal | undefined;
  /** what it takes off the credit; its requests are then 0 */
  readonly writeOff?: WriteOff | undefined;
}

/** An entry, and how much of it was taken back. */
export interface KnownEntry {
  readonly entry: Entry;
  /** up to its requests; 0 for what is no usage */
  readonly reversedRequests: number;
}

/** What is known of a usage id: what it names, and where that was recorded. */
export interface KnownUsage {
  readonly item: UsageItem;
  readonly entryId: string;
}

/** For how long after it occurred an event is accepted, in days: far below the retention of usage ids (for ever). */
export const acceptWindowDays = 34;
const acceptWindowNs = BigInt(acceptWindowDays) * 86_400_000_000_000n;
/** How far ahead of the clock the time of an event or of a key may be. */
export const aheadToleranceMs = 300_000;
const aheadToleranceNs = BigInt(aheadToleranceMs) * 1_000_000n;

/** Whether two items under one usage id report the same usage. */
export function isSameUsage(a: UsageItem, b: UsageItem): boolean {
  return (
    a.agent === b.agent &&
    a.serviceId === b.serviceId &&
    a.requests === b.requests &&
    a.occurredAtNs === b.occurredAtNs &&
    a.metadata === b.metadata
  );
}

/** Whether an event may be recorded now, by when it occurred. */
export function judgeOccurrence(
  occurredAtNs: bigint | undefined,
  nowMs: number,
): 'accepted' | 'event_too_old' | 'event_in_future' {
  if (occurredAtNs === undefined) return 'accepted';
  const nowNs = BigInt(nowMs) * 1_000_000n;
  if (occurredAtNs < nowNs - acceptWindowNs) return 'event_too_old';
  if (occurredAtNs > nowNs + aheadToleranceNs) return 'event_in_future';
  return 'accepted';
}
