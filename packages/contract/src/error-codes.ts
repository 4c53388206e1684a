/** What a client may do after an error: send the same request again, mend it first, or neither. */
export type RetryAdvice = 'same_request' | 'after_mending' | 'do_not_retry';

/** One row of the table of errors. */
export interface ErrorCodeEntry {
  readonly status: number;
  readonly title: string;
  /** what the caller can do about it */
  readonly advice: string;
  readonly retry: RetryAdvice;
}

/** Every error code of the HTTP API: the one place for its status, title and advice. */
export const errorCodes = {
  invalid_request: {
    status: 400,
    title: 'The request is not valid',
    advice: 'Mend the places that `faults` lists and send it again; nothing was applied.',
    retry: 'after_mending',
  },
  invalid_idempotency_key: {
    status: 400,
    title: 'The Idempotency-Key header is not valid',
    advice: 'Send one header with 1 to 255 visible ASCII characters, bare or as a quoted string.',
    retry: 'after_mending',
  },
  idempotency_key_required: {
    status: 400,
    title: 'This server requires an Idempotency-Key',
    advice: 'Send an Idempotency-Key header; a UUIDv7 made once for each operation is best.',
    retry: 'after_mending',
  },
  idempotency_key_in_future: {
    status: 400,
    title: 'The time in the Idempotency-Key lies in the future',
    advice: 'Set the clock that makes the UUIDv7 right; `serverTime` is the time here.',
    retry: 'after_mending',
  },
  unauthorized: {
    status: 401,
    title: 'The API key is missing or not recognized',
    advice: 'Send a recognized API key as `X-API-Key` or `Authorization: Bearer`.',
    retry: 'after_mending',
  },
  forbidden: {
    status: 403,
    title: 'This caller may not do this',
    advice: 'Use a key that may, or ask the operator.',
    retry: 'do_not_retry',
  },
  insufficient_scope: {
    status: 403,
    title: 'The API key does not have the right that this takes',
    advice:
      'Nothing was applied: use a key with the scope that `requiredScope` names, or send only what `boundTo` names.',
    retry: 'do_not_retry',
  },
  address_not_allowed: {
    status: 403,
    title: 'The API key may not be used from this address',
    advice: 'Nothing was applied: send it from one of the addresses of the key, or ask the operator.',
    retry: 'do_not_retry',
  },
  not_found: {
    status: 404,
    title: 'There is no such thing',
    advice: 'Check the path and the identifiers.',
    retry: 'after_mending',
  },
  unknown_tenant: {
    status: 404,
    title: 'The tenant that X-Tenant names does not exist',
    advice:
      'Nothing was applied: correct the name, or send `X-Tenant-Create: true` with the first write of a new tenant.',
    retry: 'after_mending',
  },
  not_seen: {
    status: 404,
    title: 'No request with this Idempotency-Key has ended here',
    advice: 'It may still be on its way: only sending it again with the same key settles it.',
    retry: 'same_request',
  },
  method_not_allowed: {
    status: 405,
    title: 'The path does not take this method',
    advice: 'Use one of the methods in the `Allow` header.',
    retry: 'after_mending',
  },
  request_timeout: {
    status: 408,
    title: 'The request did not arrive in time',
    advice: 'Send it again, whole; nothing was applied.',
    retry: 'same_request',
  },
  idempotency_conflict: {
    status: 409,
    title: 'The Idempotency-Key was used for another request',
    advice: 'Use a new key for a new operation; a retry repeats the first request exactly.',
    retry: 'after_mending',
  },
  usage_id_conflict: {
    status: 409,
    title: 'The usage id was used for other content',
    advice: 'An id names one event for ever: send other usage under an id of its own.',
    retry: 'after_mending',
  },
  service_disabled: {
    status: 409,
    title: 'The service is disabled',
    advice: 'Nothing was applied: send it again, with the same key, once the service is enabled.',
    retry: 'same_request',
  },
  service_deleted: {
    status: 409,
    title: 'The service was deleted',
    advice: 'Nothing was applied: register the service again, then resend the request with the same key.',
    retry: 'same_request',
  },
  service_has_outstanding_usage: {
    status: 409,
    title: 'The service still has unsettled usage or a credit',
    advice: 'Nothing was applied: settle its accounts, and write off the credits that are left, first.',
    retry: 'after_mending',
  },
  already_reversed: {
    status: 409,
    title: 'The entry was reversed before',
    advice: 'Nothing was applied: nothing is taken back twice.',
    retry: 'do_not_retry',
  },
  not_reversible: {
    status: 409,
    title: 'Only usage can be reversed',
    advice: 'Nothing was applied. Instead of reversing a reversal, record the usage again.',
    retry: 'do_not_retry',
  },
  no_credit: {
    status: 409,
    title: 'The account has no credit',
    advice: 'Nothing was applied: a quote shows the credit of an account as `creditStroops`.',
    retry: 'do_not_retry',
  },
  idempotency_key_expired: {
    status: 410,
    title: 'The answer of this Idempotency-Key is no longer kept',
    advice: 'It is not executed again. What it made, if it is known, stands in `Link`; else look first.',
    retry: 'do_not_retry',
  },
  quote_changed: {
    status: 412,
    title: 'What would be billed is not what was expected',
    advice:
      'Nothing was charged: look at `quote`, the quote as it is now, and settle with its `through` and amount.',
    retry: 'after_mending',
  },
  payload_too_large: {
    status: 413,
    title: 'The body is too large',
    advice: 'Send less in one request; nothing was applied.',
    retry: 'after_mending',
  },
  unsupported_media_type: {
    status: 415,
    title: 'The media type is not supported',
    advice: 'Send `Content-Type: application/json`, in UTF-8 and without content coding.',
    retry: 'after_mending',
  },
  limit_exceeded: {
    status: 422,
    title: 'A limit of exact arithmetic or of size would be passed',
    advice:
      'Nothing was applied. An account holds 2^53-1 requests and 2^63-1 stroops in all its life: use another.',
    retry: 'after_mending',
  },
  bulk_rejected: {
    status: 422,
    title: 'Items of an atomic bulk were refused',
    advice: 'Nothing was applied: `results` says what is wrong with which item. Mend them and send it again.',
    retry: 'after_mending',
  },
  event_too_old: {
    status: 422,
    title: '`occurredAt` lies too far in the past',
    advice: 'Events are accepted for 34 days after they occurred.',
    retry: 'do_not_retry',
  },
  event_in_future: {
    status: 422,
    title: '`occurredAt` lies in the future',
    advice: 'Set the clock of the sender right, or send it again later.',
    retry: 'same_request',
  },
  rate_limited: {
    status: 429,
    title: 'The rate limit of this tenant is used up',
    advice: 'Send it again after the seconds that `Retry-After` names; nothing was applied.',
    retry: 'same_request',
  },
  quota_exceeded: {
    status: 429,
    title: 'The bytes of this tenant for the day are used up',
    advice:
      'Nothing was applied; send it again after `Retry-After`, which ends with the day (UTC), or ask the operator.',
    retry: 'same_request',
  },
  headers_too_large: {
    status: 431,
    title: 'The header section is too large',
    advice: 'Send fewer or shorter header fields.',
    retry: 'after_mending',
  },
  internal_error: {
    status: 500,
    title: 'A fault of this server',
    advice: 'Nothing was applied. Report the request id.',
    retry: 'same_request',
  },
  storage_unavailable: {
    status: 503,
    title: 'The database cannot be written to',
    advice: 'Nothing was applied; send it again with the same key.',
    retry: 'same_request',
  },
  outcome_unknown: {
    status: 503,
    title: 'It is not known whether the operation took effect',
    advice: 'With an Idempotency-Key: send it again with the same key. Without: look first.',
    retry: 'same_request',
  },
  overloaded: {
    status: 503,
    title: 'Too much is waiting already',
    advice: 'Nothing was applied; send it again with the same key after `Retry-After`.',
    retry: 'same_request',
  },
  api_key_exists: {
    status: 409,
    title: 'The API key exists',
    advice:
      'Nothing was applied: an API key with this prefix exists, or was revoked. List the API keys, or send another key.',
    retry: 'do_not_retry',
  },
  webhook_disabled: {
    status: 409,
    title: 'The webhook is disabled',
    advice: 'Enable it first: `PATCH /webhooks/:id` with `"disabled": false`.',
    retry: 'after_mending',
  },
  service_paused: {
    status: 503,
    title: 'Writes are paused by the operator',
    advice: 'Nothing was applied; send it again with the same key after `Retry-After`.',
    retry: 'same_request',
  },
  shutting_down: {
    status: 503,
    title: 'This instance is stopping',
    advice: 'Nothing was applied; send it again with the same key.',
    retry: 'same_request',
  },
} as const satisfies Record<string, ErrorCodeEntry>;

/** The code of an error answer. */
export type ErrorCode = keyof typeof errorCodes;

/** Looks up the row of an error code. */
export function errorCodeEntry(code: ErrorCode): ErrorCodeEntry {
  return errorCodes[code];
}
