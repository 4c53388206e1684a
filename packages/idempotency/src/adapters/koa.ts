import type { IncomingMessage, ServerResponse } from 'node:http';
import type { KeptResponse } from '../core/kept-response.ts';
import type { Operation } from '../core/operation.ts';
import { parseRequestId } from '../core/request-head.ts';
import { setOperation } from './node/operations.ts';
import { type NodeOptions, NodeProtection } from './node/protection.ts';
import { isTimeout } from './node/timeout-error.ts';

export type { Operation } from '../core/operation.ts';
export { operationOf } from './node/operations.ts';

/** The parts of a context of Koa 3 that the adapter uses. */
export interface KoaContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly originalUrl: string;
  readonly request: object;
  /** state shared by middleware; `requestId` or `reqId` is used as the id of the request */
  readonly state?: { readonly requestId?: unknown; readonly reqId?: unknown };
  /** the address of the client, according to the setting `app.proxy` */
  readonly ip?: string;
  status: number;
  /** false if the app has taken the response out of Koa's hands */
  readonly respond?: boolean | undefined;
  body: unknown;
  onerror(error: Error | null): void;
  append(name: string, value: string): void;
  remove(name: string): void;
}

/** The options of the adapter for Koa; `Context` is the argument of `tenantOf`. */
export type KoaOptions<Context = KoaContext> = NodeOptions<Context>;

/** A middleware of Koa 3. */
export type KoaMiddleware<Context> = (context: Context, next: () => Promise<unknown>) => Promise<unknown>;

/**
 * Makes the writes of a Koa app, or of a route, retry-safe. It keeps what Koa finally sends, without content coding.
 *
 * @throws {InvalidOptionsError} listing every mistake in the options
 * @example
 * app.use(idempotency({ store: memoryStore(), tenantOf }));
 */
export function idempotency<Context extends KoaContext = KoaContext>(
  options: KoaOptions<Context>,
): KoaMiddleware<NoInfer<Context>> {
  const protection = new NodeProtection<Context>(options, true);
  return async (context, next) => {
    const { req, res } = context;
    if (!protection.concerns(req)) return next();
    const outcome = await protection.protect({
      request: context,
      raw: req,
      response: res,
      target: context.originalUrl,
      parsedBody: () => bodyOf(context.request),
      address: () => context.ip,
      ...namedRequest(context),
      isOthersAnswer: () => context.respond !== false,
      send: (answer) => send(context, answer),
    });
    if (outcome.kind === 'answered') return;
    if (outcome.operation !== undefined) {
      setOperation(context, outcome.operation);
      setOperation(req, outcome.operation);
      outliveSocket(context);
      return follow(outcome.operation, next());
    }
    return next();
  };
}

/**
 * Koa sends the content of the context once all middleware has ended. An earlier answer comes from an outer middleware
 * that did not wait, unless the app has taken the response out of Koa's hands.
 */
async function follow(operation: Operation, handler: Promise<unknown>): Promise<unknown> {
  operation.follow(handler);
  try {
    return await handler;
  } catch (error) {
    if (isTimeout(error)) operation.cutOff();
    throw error;
  }
}

/** Stops Koa from answering an error of the connection with 500: the handler's own answer is still expected. */
function outliveSocket(context: KoaContext): void {
  const { onerror } = context;
  context.onerror = function onErrorOfTheHandler(this: KoaContext, error) {
    if (error === null || error !== this.req.socket.errored) onerror.call(this, error);
  };
}

/** The id that a middleware gave the request. */
function namedRequest({ state }: KoaContext): { readonly requestId?: string } {
  const requestId = parseRequestId(state?.requestId) ?? parseRequestId(state?.reqId);
  return requestId === undefined ? {} : { requestId };
}

/** The parsed body: every body parser for Koa leaves it in this member. */
function bodyOf(request: { readonly body?: unknown }): unknown {
  return request.body;
}

/** Sends an answer through Koa, so that an outer compression sees the replay like any other answer. */
function send(context: KoaContext, { status, headers, body }: KeptResponse): void {
  context.status = status;
  context.body = Buffer.from(body);
  // Koa would set its own media type for bytes.
  context.remove('content-type');
  for (const [name, value] of headers) context.append(name, value);
}
