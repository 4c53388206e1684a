/**
 * Why `idempotentFetch` gave up, or refused to send.
 *
 * - `attempts_exhausted`, `deadline_exceeded`: no attempt brought an answer. It is not known whether the operation took
 *   effect. Sending it again with the same key is safe, and the only way to find out.
 * - `operation_mismatch`: the journal has this operation with another method, URL, body or key; nothing was sent.
 * - `journal_failed`: the key could not be stored; nothing was sent.
 * - `body_too_large`: the body of the request cannot be kept for a second attempt; nothing was sent.
 * - `invalid_idempotency_key`, `invalid_options`: a mistake in the call; nothing was sent.
 */
export type IdempotentFetchErrorCode =
  | 'attempts_exhausted'
  | 'deadline_exceeded'
  | 'operation_mismatch'
  | 'journal_failed'
  | 'body_too_large'
  | 'invalid_idempotency_key'
  | 'invalid_options';

/** The progress of an operation when it was given up. */
export interface IdempotentFetchProgress {
  /** how many requests were sent */
  readonly attempts?: number;
  readonly idempotencyKey?: string | undefined;
  readonly cause?: unknown;
}

/** `idempotentFetch` gave up, or refused to send; `code` is the reason, `cause` the last error. */
export class IdempotentFetchError extends Error {
  readonly code: IdempotentFetchErrorCode;
  /** how many requests were sent; 0 means that this call cannot have had an effect */
  readonly attempts: number;
  /** the key to continue with; `undefined` if there is none, as for a GET */
  readonly idempotencyKey: string | undefined;

  constructor(code: IdempotentFetchErrorCode, message: string, progress: IdempotentFetchProgress = {}) {
    super(message, progress.cause === undefined ? undefined : { cause: progress.cause });
    this.name = 'IdempotentFetchError';
    this.code = code;
    this.attempts = progress.attempts ?? 0;
    this.idempotencyKey = progress.idempotencyKey;
  }
}
