import { judgeRecord, type RecordDecision } from './key-decision.ts';
import type { StoredAnswer, StoredRecord } from './store.ts';

/** The decision on a request whose key has a record in a store. */
export type LeaseDecision =
  | RecordDecision<StoredAnswer>
  /** the first request has not ended */
  | { readonly kind: 'in_progress'; readonly leaseExpiresAtMs: number }
  /** the lease has lapsed, and no one knows whether the operation took effect */
  | { readonly kind: 'abandoned'; readonly fencingToken: number; readonly firstSeenAtMs: number };

/**
 * Whether a record counts as forgotten, at the time of the store. An active lease keeps its record longer than the
 * retention.
 */
export function isForgotten(record: StoredRecord, forgetAtMs: number, nowMs: number): boolean {
  return nowMs >= forgetAtMs && (record.kind === 'completed' || nowMs >= record.leaseExpiresAtMs);
}

/** Decides by what a store keeps about a key, at the time of the store. */
export function decideByStoredRecord(
  record: StoredRecord,
  requestFingerprint: string,
  nowMs: number,
): LeaseDecision {
  switch (record.kind) {
    case 'completed':
      return judgeRecord(record, requestFingerprint, nowMs);
    case 'leased': {
      if (record.fingerprint !== requestFingerprint) return { kind: 'conflict' };
      const { fencingToken, firstSeenAtMs, leaseExpiresAtMs } = record;
      if (nowMs < leaseExpiresAtMs) return { kind: 'in_progress', leaseExpiresAtMs };
      return { kind: 'abandoned', fencingToken, firstSeenAtMs };
    }
  }
}
