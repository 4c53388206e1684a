/** Usage as a caller reports it. */
export interface UsageItem {
  readonly agent: string;
  readonly serviceId: string;
  /** 1 to 1,000,000 */
  readonly requests: number;
  /** the event's own identity, unique in its tenant for ever */
  readonly usageId: string | undefined;
  /** nanoseconds since the epoch */
  readonly occurredAtNs: bigint | undefined;
}

/** One immutable fact of the ledger: usage that was recorded on an account. */
export interface Entry extends UsageItem {
  readonly id: string;
  /** its place in its account, counted from 1 without gaps */
  readonly sequence: number;
  /** the price version in force, or 0 when the service had no price yet */
  readonly priceVersion: number;
  /** requests of its account at its price version, up to and with this entry */
  readonly lineRequests: number;
  readonly recordedAtMs: number;
}

/** What is known of a usage id: what it names, and where that was recorded. */
export interface KnownUsage {
  readonly item: UsageItem;
  readonly entryId: string;
}

/** For how long after it occurred an event is accepted, in days: far below the retention of usage ids (for ever). */
const acceptWindowDays = 34;
const acceptWindowNs = BigInt(acceptWindowDays) * 86_400_000_000_000n;
const aheadToleranceNs = 300_000_000_000n;

/** Whether two items under one usage id report the same usage. */
export function isSameUsage(a: UsageItem, b: UsageItem): boolean {
  return (
    a.agent === b.agent &&
    a.serviceId === b.serviceId &&
    a.requests === b.requests &&
    a.occurredAtNs === b.occurredAtNs
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
