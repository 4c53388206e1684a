import { idempotencyKeyLengthMax } from './idempotency-key.ts';
import type { IdempotencyOptions } from './options.ts';

/** Milliseconds of a second, a minute, an hour, a day. */
const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const mebibyte = 1024 * 1024;

/** Bounds of every numeric option: default, least, most. */
const numbers = {
  leaseMs: [30 * secondMs, 100, dayMs],
  executionMsMax: [15 * minuteMs, 100, 7 * dayMs],
  answerTtlMs: [dayMs, 1, 3650 * dayMs],
  retentionMs: [400 * dayMs, 1, 3650 * dayMs],
  futureToleranceMs: [5 * minuteMs, 0, dayMs],
  forgottenBeforeMs: [0, 0, 8_640_000_000_000_000],
  waitMs: [5 * secondMs, 0, hourMs],
  waitersMax: [1000, 0, 1_000_000],
  storeTimeoutMs: [2 * secondMs, 10, 10 * minuteMs],
  requestBytesMax: [mebibyte, 0, 1024 * mebibyte],
  answerBytesMax: [mebibyte, 0, 256 * mebibyte],
  keyLengthMin: [1, 1, idempotencyKeyLengthMax],
  keyLengthMax: [idempotencyKeyLengthMax, 1, idempotencyKeyLengthMax],
} as const satisfies Readonly<Record<string, readonly [number, number, number]>>;

/** The names of those options. */
export const numberNames: readonly string[] = Object.keys(numbers);

/** Reads the numeric options, with their defaults. A number out of its bounds is a fault. */
export function readNumbers(
  options: IdempotencyOptions<never>,
  faults: string[],
): Record<keyof typeof numbers, number> {
  const read = (name: keyof typeof numbers): number => {
    const [standard, least, most] = numbers[name];
    const value: unknown = options[name];
    if (value === undefined)
      return name === 'retentionMs' ? (options.store?.retentionMsDefault ?? standard) : standard;
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
    faults.push(`${name} must be a whole number from ${least} to ${most}`);
    return standard;
  };
  return {
    leaseMs: read('leaseMs'),
    executionMsMax: read('executionMsMax'),
    answerTtlMs: read('answerTtlMs'),
    retentionMs: read('retentionMs'),
    futureToleranceMs: read('futureToleranceMs'),
    forgottenBeforeMs: read('forgottenBeforeMs'),
    waitMs: read('waitMs'),
    waitersMax: read('waitersMax'),
    storeTimeoutMs: read('storeTimeoutMs'),
    requestBytesMax: read('requestBytesMax'),
    answerBytesMax: read('answerBytesMax'),
    keyLengthMin: read('keyLengthMin'),
    keyLengthMax: read('keyLengthMax'),
  };
}
