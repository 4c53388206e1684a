import { type Refusal, type RefusalCode, refusalMessage, type UnknownOutcomeCause } from '../core/refusal.ts';

/** Why there is no result. Each code except the last is a refusal, as for a request over HTTP. */
export type OnceErrorCode = RefusalCode | 'result_not_json';

/**
 * There is no result for a key: `idempotency_conflict` (another payload), `idempotency_in_progress`,
 * `idempotency_outcome_unknown`, `idempotency_key_expired`, `store_unavailable` and others.
 */
export class OnceError extends Error {
  readonly code: OnceErrorCode;
  /** what is known about the refusal; `undefined` for `result_not_json` */
  readonly refusal: Refusal | undefined;

  constructor(refusal: Refusal | 'result_not_json', cause?: unknown) {
    super(messageOf(refusal), cause === undefined ? undefined : { cause });
    this.name = 'OnceError';
    this.code = refusal === 'result_not_json' ? refusal : refusal.code;
    this.refusal = refusal === 'result_not_json' ? undefined : refusal;
  }
}

function messageOf(refusal: Refusal | 'result_not_json'): string {
  if (refusal === 'result_not_json') {
    return 'the work was done, but its result is not JSON and is not kept: return null, text, numbers, booleans, lists and plain objects';
  }
  if (refusal.code === 'invalid_idempotency_key') return refusal.reason;
  if (refusal.code === 'idempotency_outcome_unknown') return outcomeMessages[refusal.cause];
  return ownMessages[refusal.code] ?? refusalMessage(refusal);
}

/** Messages for refusals whose message for HTTP does not fit. */
const ownMessages: Partial<Record<RefusalCode, string>> = {
  idempotency_conflict:
    'this key was used for another payload: a retry repeats the first payload exactly, new work takes a new key',
  idempotency_in_progress: 'the work of this key is still in progress: try again later with the same key',
  idempotency_key_expired:
    'this key was used before, or is too old to know, and its result is no longer kept; the work is not done again',
  not_completed: 'the work ended without completing the operation inside its transaction',
};

const outcomeMessages: Readonly<Record<UnknownOutcomeCause, string>> = {
  abandoned:
    'the work of this key was begun and never ended; it is not done again: check whether it took effect',
  lease_lost:
    'the work of this key was begun here, and another process has taken over: try the same key again',
  not_stored: 'the work of this key was done, and its result could not be stored: try the same key again',
  payment_pending: 'it is not known yet whether this key was paid for: try it again later',
};
