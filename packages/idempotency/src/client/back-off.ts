import { type RandomSource, randomFraction } from './random-source.ts';

/** How long the client waits between two attempts. */
export interface BackOff {
  /** what the first wait is drawn from, in milliseconds; it doubles with each attempt */
  readonly baseDelayMs: number;
  /** what a wait is drawn from at most, in milliseconds */
  readonly maxDelayMs: number;
}

/**
 * The wait after an attempt, in milliseconds: a random part of a bound that doubles (full jitter, so that clients that
 * failed together do not come back together), and at least what the server asked for.
 *
 * @param tried how many attempts there were; 1 or more
 */
export function backOffMs(
  backOff: BackOff,
  tried: number,
  retryAfterMs: number,
  random: RandomSource,
): number {
  // Past 2⁵² there is nothing to double any more, and 0 × ∞ would be no number.
  const boundMs = Math.min(backOff.maxDelayMs, backOff.baseDelayMs * 2 ** Math.min(tried - 1, 52));
  return Math.max(retryAfterMs, Math.floor(boundMs * randomFraction(random)));
}

/**
 * What a `Retry-After` header asks for, in milliseconds from now; 0 if it asks for nothing. A date is compared with the
 * `Date` of the same answer, so that a clock that is wrong on one side does not matter.
 *
 * @see RFC 9110, section 10.2.3
 */
export function retryAfterMs(headers: Headers, nowMs: number): number {
  const value = headers.get('retry-after')?.trim() ?? '';
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  // Every form of an HTTP date begins with the name of a day, and is in GMT; the form of asctime() does not say so.
  if (!/^[A-Z][a-z]{2}.* \d\d:\d\d:\d\d/.test(value)) return 0;
  const untilMs = Date.parse(value.endsWith('GMT') ? value : `${value} GMT`);
  if (Number.isNaN(untilMs)) return 0;
  const sentAtMs = Date.parse(headers.get('date') ?? '');
  return Math.max(0, untilMs - (Number.isNaN(sentAtMs) ? nowMs : sentAtMs));
}
