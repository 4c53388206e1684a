import type { Json } from '@billonce/idempotency/core';
import { type Amount, amountPlaces, formatDecimal, tenTo, unitScaleMax } from './amount.ts';
import type { NotedEvent } from './event.ts';
import { type HeldCount, heldCounters, heldFor } from './held-count.ts';
import {
  type Limit,
  limitsOf,
  measureOf,
  subjectOf,
  type Used,
  type WindowTimes,
  windowAt,
} from './limit.ts';
import {
  type Counted,
  type CountedWindow,
  counterName,
  countIn,
  type LimitCounter,
  uncountIn,
  windowOf,
} from './limit-counter.ts';
import type { Refusal } from './refusal.ts';
import { timestampOfMs, timestampOrNull } from './timestamps.ts';

/** What is used, and how much of it. */
export interface Use extends Used {
  /** in 10^-6 of a unit */
  readonly quantity: bigint;
  /** what it costs in its asset; 0 while its service has no price */
  readonly cost: Amount;
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
      /** the windows in which it was counted */
      readonly windows: HeldCount['windows'];
      /** what it costs, if a limit of money counts it */
      readonly cost: Amount | undefined;
    }
  | { readonly kind: 'refused'; readonly refusal: LimitReached };

type LimitReached = Refusal & { readonly code: 'limit_reached' };

const nothingCounted: CountedUse = {
  kind: 'counted',
  counters: [],
  events: [],
  windows: [],
  cost: undefined,
};

/** A number of smallest parts of units, as limits count it. */
export function unitsOf(requests: number, unitScale: number): bigint {
  return BigInt(requests) * tenTo(unitScaleMax - unitScale);
}

/**
 * Counts a use for every limit that applies to it, or for none.
 *
 * @param eventId makes the ids of the events
 * @param held the count of an open hold that the use captures: that part of the use stays counted in the windows in which the hold was made, only the excess is counted now, and the unused part is returned
 */
export function countUse(
  use: Use,
  counters: Counters,
  nowMs: number,
  eventId: () => string,
  held?: HeldCount,
): CountedUse {
  const limits = counters.limits();
  if (limits.length === 0) return nothingCounted;
  const changed = new Map<string, LimitCounter>();
  const windows: HeldCount['windows'][number][] = [];
  const events: NotedEvent[] = [];
  let refusal: LimitReached | undefined;
  const applying = limitsOf(limits, use);
  const kept = new Map<string, bigint>();
  for (const { limit, startMs, counter } of heldCounters({ agent: use.agent, counted: held }, counters)) {
    const quantity = held === undefined ? 0n : heldFor(limit, held);
    const stays = applying.includes(limit) ? least(measureOf(limit, use), quantity) : 0n;
    kept.set(limit.id, stays);
    if (stays < quantity) changed.set(counterName(counter), uncountIn(counter, startMs, quantity - stays));
  }
  for (const limit of applying) {
    const quantity = measureOf(limit, use) - (kept.get(limit.id) ?? 0n);
    if (quantity === 0n) continue;
    const times = windowAt(limit.window, nowMs);
    const known = counters.limitCounter(limit, subjectOf(limit, use.agent));
    const counter = changed.get(counterName(known)) ?? known;
    const left = leftOf(limit, windowOf(counter, times.startMs));
    if (limit.action === 'refuse' && quantity > left) {
      refusal = laterOf(refusal, limitReached(limit, left, quantity, times, nowMs));
    }
    const counted = countIn(counter, limit, times.startMs, quantity);
    changed.set(counterName(known), counted.counter);
    windows.push({ limitId: limit.id, startMs: times.startMs });
    events.push(...eventsOf(limit, counted, times, nowMs, eventId));
  }
  const isMoney = applying.some(({ asset }) => asset !== undefined);
  return refusal === undefined
    ? {
        kind: 'counted',
        counters: [...changed.values()],
        events,
        windows,
        cost: isMoney ? use.cost : undefined,
      }
    : { kind: 'refused', refusal };
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/** What a limit still allows in a window; not below 0. */
export function leftOf({ max }: Limit, { used }: CountedWindow): bigint {
  return used > max ? 0n : max - used;
}

/** A quantity of units as it is shown. */
function unitsText(quantity: bigint): string {
  return formatDecimal(quantity, unitScaleMax);
}

/** What a limit counts, as it is shown: units, or an amount of its asset. */
export function measureText({ asset }: Pick<Limit, 'asset'>, measure: bigint): string {
  return asset === undefined ? unitsText(measure) : formatDecimal(measure, amountPlaces);
}

/** The maximum of a limit as it is shown. */
export function maxShown(
  limit: Limit,
): { readonly quantity: string } | { readonly amount: string; readonly asset: string } {
  const max = measureText(limit, limit.max);
  return limit.asset === undefined ? { quantity: max } : { amount: max, asset: limit.asset };
}

function limitReached(
  limit: Limit,
  left: bigint,
  quantity: bigint,
  { endMs }: WindowTimes,
  nowMs: number,
): LimitReached {
  const each = limit.agent === '*' ? ' for each agent' : '';
  const unit = limit.asset === undefined ? '' : ` ${limit.asset}`;
  const text = (measure: bigint) => `${measureText(limit, measure)}${unit}`;
  const most = `at most ${text(limit.max)} in a ${limit.window}${each}`;
  return {
    code: 'limit_reached',
    message: `the limit ${limit.name} allows ${most}; ${text(left)} are left, but the request uses ${text(quantity)}`,
    limit: limit.name,
    left: measureText(limit, left),
    // A use that exceeds the whole limit is not allowed later, either.
    retryAfterMs: endMs === undefined || quantity > limit.max ? undefined : endMs - nowMs,
  };
}

/** If two limits refuse, the one that refuses for longer. */
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
      max: maxShown(limit),
      used: measureText(limit, window.used),
      left: measureText(limit, leftOf(limit, window)),
      action: limit.action,
    };
    return { id: eventId(), type: 'limit.reached', atMs: nowMs, data };
  });
}
