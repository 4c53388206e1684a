import { type KeyPlace, standardPlace } from './key-options.ts';

/** Why a request is neither executed nor answered from a record. */
export type Refusal =
  | { readonly code: 'idempotency_key_required' }
  | { readonly code: 'invalid_idempotency_key'; readonly reason: string }
  | { readonly code: 'idempotency_key_in_future'; readonly serverTimeMs: number }
  | { readonly code: 'idempotency_conflict' }
  | { readonly code: 'idempotency_in_progress'; readonly retryAfterMs: number }
  | { readonly code: 'idempotency_outcome_unknown'; readonly cause: UnknownOutcomeCause }
  | {
      readonly code: 'idempotency_key_expired';
      /** `undefined` for a key that was made before the retention began */
      readonly firstSeenAtMs: number | undefined;
      readonly location: string | undefined;
    }
  | { readonly code: 'payload_too_large'; readonly bytesMax: number }
  | { readonly code: 'http2_unsupported' }
  | { readonly code: 'caller_unknown' }
  | { readonly code: 'store_unavailable' }
  | { readonly code: 'store_full' }
  | { readonly code: 'not_completed' };

/** The codes of all refusals. */
export type RefusalCode = Refusal['code'];

/**
 * Why it is unknown whether the operation took effect: its process died or gave up, its lease was lost to another
 * holder, its answer could not be stored, or it is not known whether its payment was settled.
 */
export type UnknownOutcomeCause = 'abandoned' | 'lease_lost' | 'not_stored' | 'payment_pending';

/** A refusal's entry in the table. */
interface RefusalEntry {
  readonly status: number;
  readonly title: string;
}

/** Status and title of every refusal, in the default profile. */
export const refusalCodes: Readonly<Record<RefusalCode, RefusalEntry>> = {
  idempotency_key_required: { status: 400, title: 'An Idempotency-Key is required' },
  invalid_idempotency_key: { status: 400, title: 'The Idempotency-Key header is not valid' },
  idempotency_key_in_future: { status: 400, title: 'The time in the Idempotency-Key lies in the future' },
  idempotency_conflict: { status: 409, title: 'The Idempotency-Key was used for another request' },
  idempotency_in_progress: {
    status: 409,
    title: 'The first request with this Idempotency-Key has not ended',
  },
  idempotency_outcome_unknown: {
    status: 409,
    title: 'It is not known whether the first request took effect',
  },
  idempotency_key_expired: { status: 410, title: 'The Idempotency-Key has expired' },
  payload_too_large: { status: 413, title: 'The body is too large' },
  http2_unsupported: { status: 505, title: 'The server takes an Idempotency-Key over HTTP/1.1 only' },
  caller_unknown: { status: 500, title: 'The sender of the request is not known' },
  store_unavailable: { status: 503, title: 'The store of idempotency keys cannot be reached' },
  store_full: { status: 503, title: 'The store of idempotency keys is full' },
  not_completed: { status: 500, title: 'The operation was not completed inside its transaction' },
};

/** The status of a refusal in the default profile: 503 if only our side failed and a retry helps. */
export function refusalStatus(refusal: Refusal): number {
  if (refusal.code === 'idempotency_outcome_unknown' && isPassing(refusal.cause)) return 503;
  return refusalCodes[refusal.code].status;
}

/** Whether a retry may learn the outcome. */
function isPassing(cause: UnknownOutcomeCause): boolean {
  return cause === 'not_stored' || cause === 'payment_pending';
}

/** The title of a refusal. */
export function refusalTitle({ code }: Refusal, place: KeyPlace = standardPlace): string {
  return named(refusalCodes[code].title, place);
}

/** What happened and what the caller can do, in one or two sentences. */
export function refusalMessage(refusal: Refusal, place: KeyPlace = standardPlace): string {
  return named(messageOf(refusal, place), place);
}

/** A text with the name that the key has in this API. */
function named(text: string, { name }: KeyPlace): string {
  return text.replaceAll(standardPlace.name, name);
}

function askFor({ kind, name }: KeyPlace): string {
  switch (kind) {
    case 'header':
      return `send the header ${name}`;
    case 'member':
      return `send ${name} in the JSON body`;
    case 'function':
      return `send an ${name}`;
  }
}

function messageOf(refusal: Refusal, place: KeyPlace): string {
  switch (refusal.code) {
    case 'idempotency_key_required':
      return `${askFor(place)}; a UUIDv7 made once for each operation is best`;
    case 'invalid_idempotency_key':
      return `Idempotency-Key: ${refusal.reason}`;
    case 'idempotency_key_in_future':
      return `the key was made after ${timestamp(refusal.serverTimeMs)}, the time of the server: correct the clock that makes the keys`;
    case 'idempotency_conflict':
      return 'this Idempotency-Key was used for another request: a retry repeats the first one exactly, a new operation takes a new key';
    case 'idempotency_in_progress':
      return 'the first request with this Idempotency-Key is still being executed: send it again later with the same key';
    case 'idempotency_outcome_unknown':
      return unknownOutcomeMessages[refusal.cause];
    case 'idempotency_key_expired':
      return refusal.firstSeenAtMs === undefined
        ? 'this Idempotency-Key carries a time before which keys are no longer remembered: it may have been used, and is not executed; a new operation takes a new key'
        : 'this Idempotency-Key was used before and its answer is not kept, or not any more; it is not executed again';
    case 'payload_too_large':
      return `a body that comes with an Idempotency-Key may have ${refusal.bytesMax} bytes; nothing was executed`;
    case 'http2_unsupported':
      return 'the server takes a request with an Idempotency-Key over HTTP/1.1 only; nothing was executed: send it again over HTTP/1.1';
    case 'caller_unknown':
      return 'the server does not know whose key this is: the request has no tenant, and no address counts as one; nothing was executed';
    case 'store_unavailable':
      return 'the store of idempotency keys cannot be reached; nothing was executed: send it again with the same key';
    case 'store_full':
      return 'there is no room for another Idempotency-Key; nothing was executed: send it again later with the same key';
    case 'not_completed':
      return 'the handler answered with success without completing the operation inside its transaction';
  }
}

const unknownOutcomeMessages: Readonly<Record<UnknownOutcomeCause, string>> = {
  abandoned:
    'the first request with this Idempotency-Key was begun and never ended; it is not executed again: check whether it took effect',
  lease_lost:
    'this request was begun, and another one with the same Idempotency-Key has taken over: send it again with the same key',
  not_stored:
    'this request was executed, and its answer could not be stored: send it again with the same key',
  payment_pending:
    'it is not known yet whether the payment of this request was settled: do not pay again, send the same request with the same payment later',
};

/** An RFC 3339 timestamp in UTC. */
export function timestamp(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
