import type { KeptResponse } from './kept-response.ts';

/**
 * What is kept about a key: the request's fingerprint, the time, the location of what it created, and the answer while
 * it is kept. `Response` is the form in which the answer is kept.
 */
export interface IdempotencyRecord<Response = KeptResponse> {
  readonly fingerprint: string;
  /** when the key was first used, in milliseconds since the epoch */
  readonly firstSeenAtMs: number;
  /** `Location` of the resource that the operation created */
  readonly location: string | undefined;
  readonly answer: RecordedAnswer<Response>;
}

/** The answer of a record: either it is kept, or it is gone and the record is a tombstone. */
export type RecordedAnswer<Response = KeptResponse> =
  | { readonly kind: 'kept'; readonly response: Response; readonly expiresAtMs: number }
  | { readonly kind: 'gone' };

/** The age limits of keys. */
export interface KeyPolicy {
  /** for how long a key refuses a second execution, in milliseconds */
  readonly retentionMs: number;
  /** how far ahead of the clock the time of a UUIDv7 may be, in milliseconds */
  readonly futureToleranceMs: number;
  /** records before this time are forgotten, in milliseconds since the epoch: a UUIDv7 made earlier is too old */
  readonly forgottenBeforeMs?: number;
}

/** The decision on a request that carries a key. */
export type KeyDecision<Response = KeptResponse> = { readonly kind: 'execute' } | RecordDecision<Response>;

/** The decision on a request whose key has a record. */
export type RecordDecision<Response = KeptResponse> =
  | { readonly kind: 'replay'; readonly response: Response }
  | { readonly kind: 'conflict' }
  /** the answer is gone: the key is refused and never executed again */
  | { readonly kind: 'expired'; readonly firstSeenAtMs: number; readonly location: string | undefined };

/** Decides by the record of a key. It must be the record that is valid when the effect is committed. */
export function decideByRecord(
  record: IdempotencyRecord | undefined,
  requestFingerprint: string,
  nowMs: number,
): KeyDecision {
  if (record === undefined) return { kind: 'execute' };
  return judgeRecord(record, requestFingerprint, nowMs);
}

/** Decides by a record that exists. */
export function judgeRecord<Response>(
  record: IdempotencyRecord<Response>,
  requestFingerprint: string,
  nowMs: number,
): RecordDecision<Response> {
  if (record.fingerprint !== requestFingerprint) return { kind: 'conflict' };
  if (record.answer.kind === 'kept' && nowMs < record.answer.expiresAtMs) {
    return { kind: 'replay', response: record.answer.response };
  }
  return { kind: 'expired', firstSeenAtMs: record.firstSeenAtMs, location: record.location };
}

/** Whether a key without a record may be executed, judged by the time in the key. */
export type KeyAge =
  | { readonly kind: 'fresh' }
  /** older than the retention: its record may have been forgotten */
  | { readonly kind: 'too_old'; readonly madeAtMs: number }
  | { readonly kind: 'in_future'; readonly madeAtMs: number };

/**
 * Judges a key without a record by the time in the key. A key without a time (`undefined`) counts as fresh.
 *
 * @param madeAtMs the time of a UUIDv7, see `uuidV7TimeMs`
 */
export function judgeKeyAge(madeAtMs: number | undefined, nowMs: number, policy: KeyPolicy): KeyAge {
  if (madeAtMs === undefined) return { kind: 'fresh' };
  const { retentionMs, futureToleranceMs, forgottenBeforeMs = 0 } = policy;
  if (madeAtMs < Math.max(nowMs - retentionMs, forgottenBeforeMs)) return { kind: 'too_old', madeAtMs };
  if (madeAtMs > nowMs + futureToleranceMs) return { kind: 'in_future', madeAtMs };
  return { kind: 'fresh' };
}
