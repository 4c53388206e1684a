import type { IncomingMessage, ServerResponse } from 'node:http';
import { goOn } from './node/go-on.ts';
import { setOperation } from './node/operations.ts';
import { type NodeOptions, NodeProtection } from './node/protection.ts';

export type { Operation } from '../core/operation.ts';
export { operationOf } from './node/operations.ts';

/** What the adapter reads of a request of Express 4 or 5. */
export interface ExpressRequest extends IncomingMessage {
  readonly originalUrl?: string;
  readonly body?: unknown;
  /** the address of the client, by the setting `trust proxy` */
  readonly ip?: string | undefined;
}

/** The options of the adapter for Express; `Request` is what `tenantOf` is given. */
export type ExpressOptions<Request = ExpressRequest> = NodeOptions<Request>;

/** A middleware of Express 4 or 5, or of another framework of its kind. */
export type ExpressMiddleware<Request> = (
  request: Request,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/**
 * Makes the writes of an Express app, a router or a route retry-safe.
 *
 * @throws {InvalidOptionsError} that names every mistake in the options
 * @example
 * app.use(idempotency({ store: memoryStore(), tenantOf }));
 */
// Express infers from all middleware of a route what its handler is given: one that names no body leaves that to Express.
export function idempotency(options: ExpressOptions): ExpressMiddleware<IncomingMessage>;
export function idempotency<Request extends ExpressRequest = ExpressRequest>(
  options: ExpressOptions<Request>,
): ExpressMiddleware<NoInfer<Request>>;
export function idempotency<Request extends ExpressRequest>(
  options: ExpressOptions<Request>,
): ExpressMiddleware<IncomingMessage> {
  const protection = new NodeProtection<Request>(options, true);
  return (incoming, response, next) => {
    const request = parseRequest<Request>(incoming);
    if (!protection.concerns(request)) return next();
    goOn(
      () =>
        protection.protect({
          request,
          raw: request,
          response,
          target: request.originalUrl ?? request.url ?? '',
          parsedBody: () => request.body,
          address: () => request.ip,
        }),
      ({ operation }) => {
        if (operation !== undefined) setOperation(request, operation);
        next();
      },
      next,
    );
  };
}

/** The frameworks add to Node's request what their types say, a parser the body. */
function parseRequest<Request>(request: unknown): Request {
  return request as Request;
}
