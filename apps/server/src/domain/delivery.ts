import type { EventType } from './event.ts';

/** One event on its way to one webhook. */
export interface Delivery {
  readonly webhookId: string;
  readonly eventId: string;
  readonly eventType: EventType;
  readonly state: 'pending' | 'delivered' | 'failed';
  /** how often it was tried since it was asked for */
  readonly attempts: number;
  readonly nextAttemptAtMs: number;
  readonly lastAttempt: DeliveryAttempt | undefined;
}

/** The outcome of the last attempt to deliver. */
export interface DeliveryAttempt {
  readonly atMs: number;
  readonly outcome: DeliveryOutcome;
  /** of the receiver's answer, if there was one */
  readonly status: number | undefined;
}

/**
 * The class of an attempt's result: a 2xx; a 410; another answer; no answer in time; no connection; a target that
 * the server does not connect to; a 2xx without the challenge that was to be echoed; a signing secret that this server has no key for; an event that is not in the books.
 */
export const deliveryOutcomes = [
  'delivered',
  'gone',
  'refused',
  'timed_out',
  'unreachable',
  'forbidden_target',
  'unproven',
  'unreadable_secret',
  'missing_event',
] as const;

export type DeliveryOutcome = (typeof deliveryOutcomes)[number];

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** How long to wait after each failed attempt: a deployment takes minutes, an outage a day. */
const backOffMs: readonly number[] = [
  5 * secondMs,
  30 * secondMs,
  2 * minuteMs,
  10 * minuteMs,
  30 * minuteMs,
  hourMs,
  2 * hourMs,
  4 * hourMs,
  8 * hourMs,
  10 * hourMs,
];
const retryAfterMaxMs = 12 * hourMs;
/** Outcomes that another attempt would repeat. */
const finalOutcomes: ReadonlySet<DeliveryOutcome> = new Set(['gone', 'unreadable_secret', 'missing_event']);

/** The result of an attempt to deliver. */
export interface AttemptResult {
  readonly outcome: DeliveryOutcome;
  readonly status: number | undefined;
  /** what the receiver asked for in `Retry-After` */
  readonly retryAfterMs: number | undefined;
  /** 0 to 1: spreads the next attempts of deliveries that failed at the same time */
  readonly jitter: number;
}

/** A delivery after an attempt. */
export function afterAttempt(delivery: Delivery, result: AttemptResult, nowMs: number): Delivery {
  const { outcome, status } = result;
  const attempts = delivery.attempts + 1;
  const tried = { ...delivery, attempts, lastAttempt: { atMs: nowMs, outcome, status } };
  if (outcome === 'delivered') return { ...tried, state: 'delivered' };
  const waitMs = backOffMs[attempts - 1];
  if (finalOutcomes.has(outcome) || waitMs === undefined) return { ...tried, state: 'failed' };
  const askedMs = Math.min(result.retryAfterMs ?? 0, retryAfterMaxMs);
  const spreadMs = Math.round(waitMs * (0.8 + 0.4 * result.jitter));
  return { ...tried, nextAttemptAtMs: nowMs + Math.max(spreadMs, askedMs) };
}

/**
 * Events of one type that are to be delivered, each to each of these webhooks. Storage makes the deliveries: ten thousand events
 * for sixteen webhooks are 160,000 of them, and 10,016 ids.
 */
export interface Announcement {
  readonly eventType: EventType;
  readonly eventIds: readonly string[];
  readonly webhookIds: readonly string[];
  readonly atMs: number;
}

/** The number of deliveries that announcements cause. */
export function countAnnounced(announcements: readonly Announcement[]): number {
  return announcements.reduce(
    (sum, { eventIds, webhookIds }) => sum + eventIds.length * webhookIds.length,
    0,
  );
}

/** A delivery that is to be tried at once. */
export function newDelivery(
  webhookId: string,
  event: { readonly id: string; readonly type: EventType },
  nowMs: number,
): Delivery {
  return {
    webhookId,
    eventId: event.id,
    eventType: event.type,
    state: 'pending',
    attempts: 0,
    nextAttemptAtMs: nowMs,
    lastAttempt: undefined,
  };
}
