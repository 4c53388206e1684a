import type { IdempotentFetchErrorCode } from '@billonce/idempotency/client';
import { retryAdvice } from './contract/routes.ts';
import type { ErrorBody, ErrorCode } from './contract/types.ts';

/**
 * Why a call failed: an error code of the server, a code of `IdempotentFetchError`, or
 *
 * - `unexpected_answer`: the answer is not from a Billonce server, or from a version whose codes this client does not
 *   know. `status` and `text` are those of the answer.
 * - `recorder_full`, `recorder_closed`: a recorder did not take an item.
 */
export type BillonceErrorCode =
  | ErrorCode
  | IdempotentFetchErrorCode
  | 'unexpected_answer'
  | 'recorder_full'
  | 'recorder_closed';

/**
 * What a caller may do after an error. `same_request`: call again with `idempotencyKey`, which is safe no matter how
 * the first call ended.
 */
export type RetryAdvice = 'same_request' | 'after_fixing' | 'do_not_retry';

/** The facts about a failed call. */
export interface BillonceFailure {
  readonly status?: number;
  readonly headers?: Headers;
  readonly text?: string;
  readonly body?: ErrorBody | undefined;
  readonly attempts?: number;
  readonly idempotencyKey?: string | undefined;
  readonly cause?: unknown;
}

/** A call that the server refused, or that got no answer; `code` is the reason. */
export class BillonceError extends Error {
  readonly code: BillonceErrorCode;
  /** `undefined` if there was no answer */
  readonly status: number | undefined;
  readonly headers: Headers | undefined;
  /** the error as the server sent it, with the members that only this code has, such as `quote` */
  readonly body: ErrorBody | undefined;
  /** the text of an answer that was not understood, or its beginning */
  readonly text: string | undefined;
  /** the id by which an operator finds the request in the server's log */
  readonly requestId: string | undefined;
  /** the key of the write; `undefined` for a read */
  readonly idempotencyKey: string | undefined;
  readonly retry: RetryAdvice;

  constructor(code: BillonceErrorCode, message: string, failure: BillonceFailure = {}) {
    super(message, failure.cause === undefined ? undefined : { cause: failure.cause });
    this.name = 'BillonceError';
    this.code = code;
    this.status = failure.status;
    this.headers = failure.headers;
    this.body = failure.body;
    this.text = failure.text;
    this.requestId = failure.body?.requestId ?? failure.headers?.get('x-request-id') ?? undefined;
    this.idempotencyKey = failure.idempotencyKey;
    this.retry = adviceOn(code, failure);
  }
}

/** Whether a text is an error code of the server. */
export function isErrorCode(text: unknown): text is ErrorCode {
  return typeof text === 'string' && Object.hasOwn(retryAdvice, text);
}

const unanswered: ReadonlySet<BillonceErrorCode> = new Set([
  'attempts_exhausted',
  'deadline_exceeded',
  'journal_failed',
]);

function adviceOn(code: BillonceErrorCode, { status }: BillonceFailure): RetryAdvice {
  if (isErrorCode(code)) return retryAdvice[code];
  if (unanswered.has(code)) return 'same_request';
  return code === 'unexpected_answer' && (status ?? 0) >= 500 ? 'same_request' : 'after_fixing';
}
