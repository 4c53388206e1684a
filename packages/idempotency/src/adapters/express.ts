import type { IncomingMessage, ServerResponse } from 'node:http';
import type { NodeExchange } from './node/exchange.ts';
import { goOn } from './node/go-on.ts';
import { setOperation } from './node/operations.ts';
import { type NodeOptions, NodeProtection } from './node/protection.ts';

export type { Operation } from '../core/operation.ts';
export { operationOf } from './node/operations.ts';

/** The parts of a request of Express 4 or 5 that the adapter reads. */
export interface ExpressRequest extends IncomingMessage {
  readonly originalUrl?: string;
  readonly body?: unknown;
  /** the address of the client, according to the setting `trust proxy` */
  readonly ip?: string | undefined;
}

/** The options of the adapter for Express; `Request` is the argument of `tenantOf`. */
export type ExpressOptions<Request = ExpressRequest> = NodeOptions<Request>;

/** A middleware of Express 4 or 5, or of a similar framework. */
export type ExpressMiddleware<Request> = (
  request: Request,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/**
 * Makes the writes of an Express app, a router or a route retry-safe.
 *
 * @throws {InvalidOptionsError} listing every mistake in the options
 * @example
 * app.use(idempotency({ store: memoryStore(), tenantOf }));
 */
// Express infers the parameters of a handler from all middleware of the route. This signature does not name a type of
// the body, so Express still infers it.
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
      () => protection.protect(new ExpressExchange(request, response)),
      ({ operation }) => {
        if (operation !== undefined) setOperation(request, operation);
        next();
      },
      next,
    );
  };
}

class ExpressExchange<Request extends ExpressRequest> implements NodeExchange<Request> {
  readonly request: Request;
  readonly response: ServerResponse;

  constructor(request: Request, response: ServerResponse) {
    this.request = request;
    this.response = response;
  }

  get raw(): IncomingMessage {
    return this.request;
  }

  get target(): string {
    return this.request.originalUrl ?? this.request.url ?? '';
  }

  parsedBody(): unknown {
    return this.request.body;
  }

  address(): string | undefined {
    return this.request.ip;
  }
}

/** Casts Node's request: the framework has added the members of its type, and a parser has added the body. */
function parseRequest<Request>(request: unknown): Request {
  return request as Request;
}
