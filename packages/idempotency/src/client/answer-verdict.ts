import { wasReplayed } from './was-replayed.ts';

/** Whether an answer is final, or the request must be sent again. */
export type AnswerVerdict = 'final' | 'retry';

const retriedStatuses: ReadonlySet<number> = new Set([408, 425, 429]);
/** 501 Not Implemented and 505 HTTP Version Not Supported: no later attempt succeeds. */
const finalServerErrors: ReadonlySet<number> = new Set([501, 505]);

const inProgressCodes: ReadonlySet<unknown> = new Set(['idempotency_in_progress', 'idempotency_key_in_use']);
/** Codes for which waiting does not help, even with a `Retry-After`. `idempotency_error` is Stripe's type of a conflict. */
const hopelessCodes: ReadonlySet<unknown> = new Set([
  'idempotency_conflict',
  'idempotency_outcome_unknown',
  'idempotency_key_expired',
  'idempotency_error',
]);

/**
 * Judges an answer by its status.
 *
 * A replayed answer is final with any status: the API has recorded it, and every retry gets it again.
 * `Stripe-Should-Retry` is followed. A 409 is retried if its body says that the first request is in progress
 * (`idempotency_in_progress`, or Stripe's `idempotency_key_in_use`), or if it has a `Retry-After` and its body does not
 * say that the key is used up; a conflict is final.
 *
 * @param body the part of the body that was read
 */
export function judgeAnswer(response: Response, body: Uint8Array): AnswerVerdict {
  const { status, headers } = response;
  if (response.ok || wasReplayed(response)) return 'final';
  const advice = headers.get('stripe-should-retry')?.trim();
  if (advice === 'true') return 'retry';
  if (advice === 'false') return 'final';
  if (status === 409) return judgeConflict(headers, body);
  if (retriedStatuses.has(status)) return 'retry';
  return status >= 500 && !finalServerErrors.has(status) ? 'retry' : 'final';
}

function judgeConflict(headers: Headers, body: Uint8Array): AnswerVerdict {
  const codes = codesIn(body);
  if (codes.some((code) => inProgressCodes.has(code))) return 'retry';
  if (codes.some((code) => hopelessCodes.has(code))) return 'final';
  return headers.has('retry-after') ? 'retry' : 'final';
}

/**
 * The codes in a body, from the members that APIs use: `{ error }`, `{ code }` as in problem details,
 * `{ error: { code, type } }`.
 */
function codesIn(body: Uint8Array): readonly unknown[] {
  const answer = parseJson(body);
  const error = memberOf(answer, 'error');
  return [error, memberOf(answer, 'code'), memberOf(error, 'code'), memberOf(error, 'type')];
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}
