import type { IncomingMessage, ServerResponse } from 'node:http';
import type { KeptResponse } from '../core/kept-response.ts';
import type { Operation } from '../core/operation.ts';
import { parseRequestId } from '../core/request-head.ts';
import { setOperation } from './node/operations.ts';
import { type NodeOptions, NodeProtection } from './node/protection.ts';
import { isTimeout } from './node/timeout-error.ts';

export type { Operation } from '../core/operation.ts';
export { operationOf } from './node/operations.ts';

/** What the adapter uses of a context of Koa 3. */
export interface KoaContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly originalUrl: string;
  readonly request: object;
  /** what middleware leaves for others; `requestId` or `reqId` is taken for the id of the request */
  readonly state?: { readonly requestId?: unknown; readonly reqId?: unknown };
  /** the address of the client, by the setting `app.proxy` */
  readonly ip?: string;
  status: number;
  /** false once the app has taken the response out of Koa's hands */
  readonly respond?: boolean | undefined;
  body: unknown;
  onerror(error: Error | null): void;
  append(name: string, value: string): void;
  remove(name: string): void;
}

/** The options of the adapter for Koa; `Context` is what `tenantOf` is given. */
export type KoaOptions<Context = KoaContext> = NodeOptions<Context>;

/** A middleware of Koa 3. */
export type KoaMiddleware<Context> = (context: Context, next: () => Promise<unknown>) => Promise<unknown>;

/**
 * Makes the writes of a Koa app, or of a route, retry-safe. What is kept is what Koa sends in the end, without its content
 * coding.
 *
 * @throws {InvalidOptionsError} that names every mistake in the options
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
 * Koa sends what stands in the context once all middleware has ended. An answer before that is one of a middleware in
 * front that did not wait, unless the app has taken the response out of Koa's hands.
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

/** Koa answers an error of the connection with 500; here the handler's own answer is still to come. */
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

/** Where every parser of bodies for Koa leaves them. */
function bodyOf(request: { readonly body?: unknown }): unknown {
  return request.body;
}

/** Through Koa, so that a compression in front sees the replay as any other answer. */
function send(context: KoaContext, { status, headers, body }: KeptResponse): void {
  context.status = status;
  context.body = Buffer.from(body);
  // Koa gives bytes a media type of its own.
  context.remove('content-type');
  for (const [name, value] of headers) context.append(name, value);
}
