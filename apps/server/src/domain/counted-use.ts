import type { Json } from '@billonce/idempotency/core';
import { formatDecimal, unitScaleMax } from './amount.ts';
import type { NotedEvent } from './event.ts';
import { type Limit, limitsOf, subjectOf, type Used, type WindowTimes, windowAt } from './limit.ts';
import { type Counted, type CountedWindow, countIn, type LimitCounter, windowOf } from './limit-counter.ts';
import type { Refusal } from './refusal.ts';
import { timestampOfMs, timestampOrNull } from './timestamps.ts';

/** What is used, and how much of it, in 10^-6 of a unit. */
export interface Use extends Used {
  readonly quantity: bigint;
}

/** The limits, and what was counted for them. */
export interface Counters {
  /** those that may apply to what is used */
  limits(): readonly Limit[];
  limitCounter(limit: Limit, subject: string): LimitCounter;
}

/** The counters after a use, and the events that it causes; or the limit that it would exceed. */
export type CountedUse =
  | {
      readonly kind: 'counted';
      readonly counters: readonly LimitCounter[];
      readonly events: readonly NotedEvent[];
    }
  | { readonly kind: 'refused'; readonly refusal: LimitReached };

type LimitReached = Refusal & { readonly code: 'limit_reached' };

const nothingCounted: CountedUse = { kind: 'counted', counters: [], events: [] };

/** A whole number of units, as limits count it. */
export function unitsOf(requests: number): bigint {
  return BigInt(requests) * 1_000_000n;
}

/**
 * Counts a use for every limit that applies to it, or for none.
 *
 * @param eventId makes the ids of the events
 */
export function countUse(use: Use, counters: Counters, nowMs: number, eventId: () => string): CountedUse {
  const limits = counters.limits();
  if (limits.length === 0) return nothingCounted;
  const changed: LimitCounter[] = [];
  const events: NotedEvent[] = [];
  let refusal: LimitReached | undefined;
  for (const limit of limitsOf(limits, use)) {
    const times = windowAt(limit.window, nowMs);
    const counter = counters.limitCounter(limit, subjectOf(limit, use.agent));
    const left = leftOf(limit, windowOf(counter, times.startMs));
    if (limit.action === 'refuse' && use.quantity > left) {
      refusal = laterOf(refusal, limitReached(limit, left, use.quantity, times, nowMs));
    }
    const counted = countIn(counter, limit, times.startMs, use.quantity);
    changed.push(counted.counter);
    events.push(...eventsOf(limit, counted, times, nowMs, eventId));
  }
  return refusal === undefined
    ? { kind: 'counted', counters: changed, events }
    : { kind: 'refused', refusal };
}

/** What a limit still lets through in a window; not below 0. */
export function leftOf({ max }: Limit, { used }: CountedWindow): bigint {
  return used > max ? 0n : max - used;
}

/** A quantity of units as it is shown. */
export function unitsText(quantity: bigint): string {
  return formatDecimal(quantity, unitScaleMax);
}

function limitReached(
  limit: Limit,
  left: bigint,
  quantity: bigint,
  { endMs }: WindowTimes,
  nowMs: number,
): LimitReached {
  const each = limit.agent === '*' ? ' for each agent' : '';
  const most = `at most ${unitsText(limit.max)} in a ${limit.window}${each}`;
  return {
    code: 'limit_reached',
    message: `the limit ${limit.name} lets through ${most}; ${unitsText(left)} are left, and ${unitsText(quantity)} were to be used`,
    limit: limit.name,
    left: unitsText(left),
    // What is more than the whole limit is not let through later, either.
    retryAfterMs: endMs === undefined || quantity > limit.max ? undefined : endMs - nowMs,
  };
}

/** Of two limits that refuse, the one that does so for longer. */
function laterOf(a: LimitReached | undefined, b: LimitReached): LimitReached {
  if (a === undefined) return b;
  return (a.retryAfterMs ?? Number.POSITIVE_INFINITY) >= (b.retryAfterMs ?? Number.POSITIVE_INFINITY) ? a : b;
}

function eventsOf(
  limit: Limit,
  { counter, window, levels }: Counted,
  { startMs, endMs }: WindowTimes,
  nowMs: number,
  eventId: () => string,
): NotedEvent[] {
  return levels.map((level) => {
    const data: { readonly [name: string]: Json } = {
      limit: limit.name,
      level: level / 1_000,
      agent: counter.subject === '' ? (limit.agent ?? null) : counter.subject,
      serviceId: limit.serviceId ?? null,
      apiKeyPrefix: limit.apiKeyPrefix ?? null,
      window: limit.window,
      windowStart: timestampOfMs(startMs),
      windowEnd: timestampOrNull(endMs),
      max: { quantity: unitsText(limit.max) },
      used: unitsText(window.used),
      left: unitsText(leftOf(limit, window)),
      action: limit.action,
    };
    return { id: eventId(), type: 'limit.reached', atMs: nowMs, data };
  });
}
