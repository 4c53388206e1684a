import { judgeRecord, type RecordDecision } from './key-decision.ts';
import type { StoredAnswer, StoredRecord } from './store.ts';

/** What becomes of a request whose key has a record in a store. */
export type LeaseDecision =
  | RecordDecision<StoredAnswer>
  /** the first request has not ended */
  | { readonly kind: 'in_progress'; readonly leaseExpiresAtMs: number }
  /** the lease has lapsed, and nobody knows whether the operation took effect */
  | { readonly kind: 'abandoned'; readonly fencingToken: number; readonly firstSeenAtMs: number };

/** Whether the key of a record is unknown again, at the time of the store. A living lease keeps its record beyond the retention. */
export function isForgotten(record: StoredRecord, forgetAtMs: number, nowMs: number): boolean {
  return nowMs >= forgetAtMs && (record.kind === 'completed' || nowMs >= record.leaseExpiresAtMs);
}

/** Decides by what a store keeps of a key, at the time of the store. */
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
