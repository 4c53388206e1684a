import type { FastifyBaseLogger, FastifyError, FastifyRequest } from 'fastify';
import type { Obstacle } from '../fault-facts.ts';
import { StorageFault } from '../ledger/storage-port.ts';
import { ApiError } from './api-error.ts';
import { addressOf } from './client-address.ts';
import { sayIfNotApplied } from './not-applied.ts';
import { type ErrorAnswer, renderError } from './problem.ts';

/** What an error answer says of its request. */
export interface FailedRequest extends Pick<FastifyRequest, 'id' | 'method' | 'raw'> {
  readonly headers: Pick<FastifyRequest['headers'], 'accept'>;
  readonly routeOptions: { readonly url?: string | undefined };
}

/** Counts errors: overloads, and what the storage failed while a request read. */
interface ErrorCounts {
  overloaded(): void;
  readFailed(error: unknown): void;
}

const uncounted: ErrorCounts = { overloaded: () => undefined, readFailed: () => undefined };

/**
 * Renders the error of a request, and logs it if it is a fault of this server. An overload is not a fault: it is only
 * counted.
 */
export function errorAnswer(
  error: FastifyError | ApiError,
  request: FailedRequest,
  log: FastifyBaseLogger,
  trustedHops: number,
  counts: ErrorCounts = uncounted,
): ErrorAnswer {
  const apiError = error instanceof ApiError ? error : frameworkError(error, request);
  const answer = renderError(apiError, request.id, request.headers.accept);
  if (apiError.code === 'overloaded') {
    counts.overloaded();
  } else if (answer.status >= 500) {
    const route = request.routeOptions.url;
    const client = addressOf(request, trustedHops);
    const { id: requestId } = request;
    counts.readFailed(error);
    log.error({ requestId, client, route, code: apiError.code, err: apiError.cause ?? error }, 'failed');
  }
  return answer;
}

/**
 * Translates the framework's errors about a request; every other error is a fault of ours, and its message is not
 * shown.
 */
function frameworkError(error: FastifyError, request: FailedRequest): ApiError {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new ApiError('payload_too_large', 'the body is too large');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_EMPTY_TYPE':
      return new ApiError('unsupported_media_type', 'the body must be application/json');
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new ApiError('invalid_request', 'a path segment is too long');
    case 'FST_ERR_BAD_URL':
      return new ApiError('invalid_request', 'the path is not valid percent-encoding');
    default:
      break;
  }
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500)
    return new ApiError('invalid_request', 'the request is not valid HTTP', {}, error);
  if (error instanceof StorageFault && error.facts.obstacle !== undefined) {
    const message = obstacleMessages[error.facts.obstacle];
    return new ApiError('overloaded', sayIfNotApplied(request, message), {}, error);
  }
  if ('errcode' in error || (error instanceof StorageFault && error.kind !== 'rejected')) {
    const message = sayIfNotApplied(request, 'the database cannot be read');
    return new ApiError('storage_unavailable', message, {}, error);
  }
  return new ApiError('internal_error', sayIfNotApplied(request, 'internal error'), {}, error);
}

const obstacleMessages: Readonly<Record<Obstacle, string>> = {
  running_batch: 'a write that began earlier is still running, so the end of this list is not known yet',
  waiting_reads: 'too many reads of the database are already waiting',
};
