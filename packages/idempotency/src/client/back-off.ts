import { type RandomSource, randomFraction } from './random-source.ts';

/** How long the client waits between two attempts. */
export interface BackOff {
  /** the upper bound of the first random wait, in milliseconds; it doubles with each attempt */
  readonly baseDelayMs: number;
  /** the greatest upper bound of a random wait, in milliseconds */
  readonly maxDelayMs: number;
}

/**
 * The wait after an attempt, in milliseconds: a random part of a bound that doubles, and at least what the server asked
 * for. With such full jitter, clients that failed together do not return together.
 *
 * @param tried the number of attempts so far; 1 or more
 */
export function backOffMs(
  backOff: BackOff,
  tried: number,
  retryAfterMs: number,
  random: RandomSource,
): number {
  // Beyond 2⁵² doubling changes nothing, and 0 × ∞ is not a number.
  const boundMs = Math.min(backOff.maxDelayMs, backOff.baseDelayMs * 2 ** Math.min(tried - 1, 52));
  return Math.max(retryAfterMs, Math.floor(boundMs * randomFraction(random)));
}

/**
 * The wait that a `Retry-After` header asks for, in milliseconds from now; 0 if there is none. A date is compared with
 * the `Date` of the same answer, so a wrong clock on either side does not matter.
 *
 * @see RFC 9110, section 10.2.3
 */
export function retryAfterMs(headers: Headers, nowMs: number): number {
  const value = headers.get('retry-after')?.trim() ?? '';
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  // Every form of an HTTP date begins with the name of a day and is in GMT, but the form of asctime() does not contain
  // "GMT".
  if (!/^[A-Z][a-z]{2}.* \d\d:\d\d:\d\d/.test(value)) return 0;
  const untilMs = Date.parse(value.endsWith('GMT') ? value : `${value} GMT`);
  if (Number.isNaN(untilMs)) return 0;
  const sentAtMs = Date.parse(headers.get('date') ?? '');
  return Math.max(0, untilMs - (Number.isNaN(sentAtMs) ? nowMs : sentAtMs));
}
