/** What a client may do after an error: resend the same request, fix it first, or neither. */
export type RetryAdvice = 'same_request' | 'after_fixing' | 'do_not_retry';

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
    advice: 'Nothing was applied. Fix the fields listed in `faults` and resend.',
    retry: 'after_fixing',
  },
  invalid_idempotency_key: {
    status: 400,
    title: 'The Idempotency-Key header is not valid',
    advice: 'Send one header with 1 to 255 visible ASCII characters, bare or as a quoted string.',
    retry: 'after_fixing',
  },
  idempotency_key_required: {
    status: 400,
    title: 'This server requires an Idempotency-Key',
    advice: 'Send an Idempotency-Key header; a UUIDv7 made once for each operation is best.',
    retry: 'after_fixing',
  },
  idempotency_key_in_future: {
    status: 400,
    title: 'The time in the Idempotency-Key is in the future',
    advice: 'Correct the clock of the client that makes the UUIDv7; `serverTime` is the time of this server.',
    retry: 'after_fixing',
  },
  unauthorized: {
    status: 401,
    title: 'The API key is missing or not recognized',
    advice: 'Send a recognized API key as `X-API-Key` or `Authorization: Bearer`.',
    retry: 'after_fixing',
  },
  insufficient_balance: {
    status: 402,
    title: 'The prepaid balance is too low',
    advice:
      'Nothing was applied. `available` is the amount that may be drawn or held, `overdraft` how far below 0 it may go, and `required` the amount that this request needs. Grant more, then resend the request with the same key.',
    retry: 'same_request',
  },
  forbidden: {
    status: 403,
    title: 'Not allowed',
    advice: 'Use an API key that is allowed to do this, or ask the operator.',
    retry: 'do_not_retry',
  },
  insufficient_scope: {
    status: 403,
    title: 'The API key lacks a required scope',
    advice:
      'Nothing was applied. Use a key with the scope in `requiredScope`, or send only what `boundTo` allows.',
    retry: 'do_not_retry',
  },
  address_not_allowed: {
    status: 403,
    title: 'The API key is not allowed from this address',
    advice: 'Nothing was applied. Send the request from an allowed address, or ask the operator.',
    retry: 'do_not_retry',
  },
  not_found: {
    status: 404,
    title: 'Not found',
    advice: 'Check the path and the identifiers.',
    retry: 'after_fixing',
  },
  unknown_tenant: {
    status: 404,
    title: 'The tenant in X-Tenant does not exist',
    advice:
      'Nothing was applied. Correct the name, or send `X-Tenant-Create: true` with the first write of a new tenant.',
    retry: 'after_fixing',
  },
  not_seen: {
    status: 404,
    title: 'No completed request has this Idempotency-Key',
    advice: 'The request may still be running. Resend it with the same key to be sure.',
    retry: 'same_request',
  },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    advice: 'Use one of the methods in the `Allow` header.',
    retry: 'after_fixing',
  },
  request_timeout: {
    status: 408,
    title: 'The request did not arrive in time',
    advice: 'Nothing was applied. Resend the whole request.',
    retry: 'same_request',
  },
  idempotency_conflict: {
    status: 409,
    title: 'The Idempotency-Key was used for another request',
    advice: 'Use a new key for a new operation. A retry must repeat the first request exactly.',
    retry: 'after_fixing',
  },
  usage_id_conflict: {
    status: 409,
    title: 'The usage id was used for different usage',
    advice: 'An id names one event for ever. Send other usage with another id.',
    retry: 'after_fixing',
  },
  grant_id_conflict: {
    status: 409,
    title: 'The id was used for a different grant',
    advice: 'An id names one grant for ever. Make another grant with another id.',
    retry: 'after_fixing',
  },
  asset_conflict: {
    status: 409,
    title: 'The asset is registered with another scale',
    advice: 'Nothing was applied. The scale of an asset cannot change. Register another code.',
    retry: 'after_fixing',
  },
  hold_id_conflict: {
    status: 409,
    title: 'The id was used for a different hold',
    advice: 'An id names one hold for ever. Make another hold with another id.',
    retry: 'after_fixing',
  },
  hold_ended: {
    status: 409,
    title: 'The hold has ended',
    advice:
      'Nothing was applied. `hold` shows how and when it ended. If it was not captured, record the usage without it.',
    retry: 'do_not_retry',
  },
  service_disabled: {
    status: 409,
    title: 'The service is disabled',
    advice: 'Nothing was applied. Enable the service, then resend the request with the same key.',
    retry: 'same_request',
  },
  service_deleted: {
    status: 409,
    title: 'The service was deleted',
    advice: 'Nothing was applied. Register the service again, then resend the request with the same key.',
    retry: 'same_request',
  },
  service_has_outstanding_usage: {
    status: 409,
    title: 'The service still has unsettled usage or a credit',
    advice: 'Nothing was applied. First settle its accounts and write off its credits.',
    retry: 'after_fixing',
  },
  already_reversed: {
    status: 409,
    title: 'The entry was already reversed',
    advice:
      'Nothing was applied. Earlier reversals have reversed the whole entry, or left less of it than this request reverses; `message` names the rest.',
    retry: 'do_not_retry',
  },
  not_reversible: {
    status: 409,
    title: 'Only usage can be reversed, and no more of it than was recorded',
    advice:
      'Nothing was applied. Instead of reversing a reversal, record the usage again. `requests` or `quantity` must not be more than the entry has.',
    retry: 'do_not_retry',
  },
  no_credit: {
    status: 409,
    title: 'The account has no credit',
    advice: 'Nothing was applied. A quote shows the credit of an account as `creditStroops`.',
    retry: 'do_not_retry',
  },
  idempotency_key_expired: {
    status: 410,
    title: 'The answer of this Idempotency-Key is no longer kept',
    advice:
      'The operation is not executed again. If `Link` is present, it names what the operation created; otherwise check before you send it with a new key.',
    retry: 'do_not_retry',
  },
  quote_changed: {
    status: 412,
    title: 'The quote has changed',
    advice:
      'Nothing was charged. Check the current quote in `quote`, then settle with its `through` and amount.',
    retry: 'after_fixing',
  },
  grant_changed: {
    status: 412,
    title: 'The grant has changed',
    advice:
      'Nothing was voided. `amount` is the amount that voiding the grant would remove now: check it, then resend with this value as `expectedAmount`.',
    retry: 'after_fixing',
  },
  payload_too_large: {
    status: 413,
    title: 'The body is too large',
    advice: 'Nothing was applied. Send less in one request.',
    retry: 'after_fixing',
  },
  unsupported_media_type: {
    status: 415,
    title: 'Unsupported media type',
    advice: 'Send `Content-Type: application/json`, in UTF-8 and without content coding.',
    retry: 'after_fixing',
  },
  limit_exceeded: {
    status: 422,
    title: 'A limit would be exceeded',
    advice:
      'Nothing was applied. `message` names the limit. An account can record 2^53-1 requests and 2^63-1 stroops in total; a service can have 10,000 price versions.',
    retry: 'after_fixing',
  },
  invalid_quantity: {
    status: 422,
    title: 'The quantity does not fit the decimal places of the service',
    advice:
      'Nothing was applied. Send a `quantity` with at most as many decimal places as the `unitScale` of the service. If the service has no `unitScale`, send `requests`.',
    retry: 'after_fixing',
  },
  service_in_use: {
    status: 409,
    title: 'The decimal places and the asset of a service cannot change',
    advice: 'Nothing was applied. Leave `unitScale` and `asset` out, or register another service.',
    retry: 'after_fixing',
  },
  unknown_asset: {
    status: 422,
    title: 'The asset is not registered',
    advice:
      'Nothing was applied. Register the asset that `faults` names, then resend the request with the same key.',
    retry: 'same_request',
  },
  asset_mismatch: {
    status: 422,
    title: 'A member does not match the asset of the service',
    advice:
      'Nothing was applied. Members in stroops are for XLM: send the decimal member that the message names.',
    retry: 'after_fixing',
  },
  service_unpriced: {
    status: 422,
    title: 'The service has no price',
    advice:
      'Nothing was applied. Usage of a prepaid agent needs a price: register the service, then resend the request with the same key.',
    retry: 'same_request',
  },
  bulk_rejected: {
    status: 422,
    title: 'The atomic bulk has refused items',
    advice: 'Nothing was applied. Fix the items listed in `results` and resend.',
    retry: 'after_fixing',
  },
  event_too_old: {
    status: 422,
    title: '`occurredAt` is too far in the past',
    advice: 'Events are accepted for 34 days after they occurred.',
    retry: 'do_not_retry',
  },
  event_in_future: {
    status: 422,
    title: '`occurredAt` is in the future',
    advice: 'Correct the clock of the sender, or resend later.',
    retry: 'same_request',
  },
  rate_limited: {
    status: 429,
    title: 'The rate limit of this tenant is used up',
    advice: 'Nothing was applied. Resend after the number of seconds in `Retry-After`.',
    retry: 'same_request',
  },
  limit_reached: {
    status: 429,
    title: 'A limit of this tenant is reached',
    advice:
      'Nothing was applied. `limit` names the limit, and `left` is how much it still allows. Resend after the number of seconds in `Retry-After`, or raise the limit.',
    retry: 'same_request',
  },
  quota_exceeded: {
    status: 429,
    title: 'The daily byte quota of this tenant is used up',
    advice:
      'Nothing was applied. Resend after `Retry-After`, at the start of the next day (UTC), or ask the operator.',
    retry: 'same_request',
  },
  headers_too_large: {
    status: 431,
    title: 'The request headers are too large',
    advice: 'Send fewer or shorter header fields.',
    retry: 'after_fixing',
  },
  internal_error: {
    status: 500,
    title: 'Internal error',
    advice: 'Nothing was applied. Report the request id to the operator.',
    retry: 'same_request',
  },
  storage_unavailable: {
    status: 503,
    title: 'The database cannot be used',
    advice: 'Nothing was applied. Resend the request with the same key.',
    retry: 'same_request',
  },
  outcome_unknown: {
    status: 503,
    title: 'It is unknown whether the operation took effect',
    advice: 'Resend the request with the same Idempotency-Key. If it had none, check before you resend.',
    retry: 'same_request',
  },
  overloaded: {
    status: 503,
    title: 'The server is overloaded',
    advice: 'Nothing was applied. Resend the request with the same key after `Retry-After`.',
    retry: 'same_request',
  },
  api_key_exists: {
    status: 409,
    title: 'The API key already exists',
    advice:
      'Nothing was applied. An API key with this prefix exists or was revoked. List the API keys, or send another key.',
    retry: 'do_not_retry',
  },
  webhook_disabled: {
    status: 409,
    title: 'The webhook is disabled',
    advice: 'Enable it first: `PATCH /webhooks/:id` with `"disabled": false`.',
    retry: 'after_fixing',
  },
  service_paused: {
    status: 503,
    title: 'Writes are paused by the operator',
    advice: 'Nothing was applied. Resend the request with the same key after `Retry-After`.',
    retry: 'same_request',
  },
  shutting_down: {
    status: 503,
    title: 'This instance is stopping',
    advice: 'Nothing was applied. Resend the request with the same key.',
    retry: 'same_request',
  },
} as const satisfies Record<string, ErrorCodeEntry>;

/** The code of an error answer. */
export type ErrorCode = keyof typeof errorCodes;

/** Looks up the row of an error code. */
export function errorCodeEntry(code: ErrorCode): ErrorCodeEntry {
  return errorCodes[code];
}
