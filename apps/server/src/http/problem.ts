import { errorCodeEntry } from '@billonce/contract';
import type { ApiError } from './api-error.ts';

/** An error answer, ready to be sent. */
export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The path of the error pages: `GET /api/v1/errors/{code}`. */
const errorPages = '/api/v1/errors/';

/** Seconds after which to try again, if waiting helps. */
const retryAfterSeconds = '1';

/**
 * Renders an error: `{ error, message, requestId }`, or RFC 9457 problem details for a client that asks for them.
 *
 * @param accept the request's `Accept` header
 */
export function renderError(error: ApiError, requestId: string, accept: string | undefined): ErrorAnswer {
  const { code, message, details } = error;
  const { status, title } = errorCodeEntry(code);
  const { faults, members, headers } = details;
  const more = { ...members, ...(faults === undefined ? {} : { faults }) };
  const isProblem = accept?.includes('application/problem+json') === true;
  const body = isProblem
    ? { type: errorPages + code, title, status, detail: message, code, requestId, ...more }
    : { error: code, message, requestId, ...more };
  return {
    status,
    headers: {
      'content-type': isProblem
        ? 'application/problem+json; charset=utf-8'
        : 'application/json; charset=utf-8',
      ...(status === 503 ? { 'retry-after': retryAfterSeconds } : {}),
      ...(status === 401 ? { 'www-authenticate': 'Bearer realm="billonce"' } : {}),
      ...headers,
    },
    body: JSON.stringify(body),
  };
}
