import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { KeptResponse } from '../core/kept-response.ts';
import { goOn } from './node/go-on.ts';
import { frameworkRequestId } from './node/node-request.ts';
import { setOperation } from './node/operations.ts';
import { type NodeOptions, NodeProtection } from './node/protection.ts';

export type { Operation } from '../core/operation.ts';
export { operationOf } from './node/operations.ts';

/** What the adapter reads of a request of Fastify 5. */
export interface FastifyRequestLike {
  readonly raw: IncomingMessage;
  readonly id: string;
  readonly originalUrl: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
  /** the address of the client, by the option `trustProxy` */
  readonly ip?: string;
  /** is aborted with an error of that code when the option `handlerTimeout` of Fastify has answered */
  readonly signal?: AbortSignal;
  readonly routeOptions?: { readonly handlerTimeout?: number | undefined };
}

/** What the adapter uses of a reply of Fastify 5. */
export interface FastifyReplyLike {
  readonly raw: ServerResponse;
  code(status: number): unknown;
  header(name: string, value: string): unknown;
  send(payload?: unknown): unknown;
}

/** The options of the adapter for Fastify; `Request` is what `tenantOf` is given. */
export type FastifyOptions<Request = FastifyRequestLike> = NodeOptions<Request>;

/** A function that may ask more of its argument than it is promised, as a method may. */
type Lenient<Member> = Member extends (...given: infer Given) => infer Result
  ? { method(...given: Given): Result }['method']
  : Member;

/**
 * The options of the plugin. `register` tells it nothing of the application's types, so that functions may take the
 * whole `FastifyRequest`.
 */
export type FastifyPluginOptions = {
  readonly [Name in keyof FastifyOptions]: Lenient<FastifyOptions[Name]>;
};

/** A `preHandler` hook of Fastify 5. */
export type FastifyHook<Request> = (
  request: Request,
  reply: FastifyReplyLike,
  done: (error?: Error) => void,
) => void;

/** The part of a Fastify instance that the plugin uses. */
export interface FastifyInstanceLike<Request> {
  addHook(name: 'preHandler', hook: FastifyHook<Request>): unknown;
}

/**
 * Makes the writes of a Fastify app, or of the scope that it is registered in, retry-safe. Bodies are compared as
 * Fastify parsed them.
 *
 * @throws {InvalidOptionsError} that names every mistake in the options
 * @example
 * await app.register(idempotency, { store: memoryStore(), tenantOf });
 */
export const idempotency = Object.assign(
  // Fastify hands on what a promise rejects with, and not what a plugin with a callback throws.
  async (app: FastifyInstanceLike<FastifyRequestLike>, options: FastifyPluginOptions): Promise<void> => {
    app.addHook('preHandler', idempotencyHook(options));
  },
  {
    // What fastify-plugin sets: the hook belongs to the scope that the plugin is registered in, not to one of its own.
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: '@billonce/idempotency',
  },
);

/**
 * Makes the writes of a single route of Fastify retry-safe.
 *
 * @throws {InvalidOptionsError} that names every mistake in the options
 * @example
 * app.post('/charges', { preHandler: idempotencyHook({ store: memoryStore(), tenantOf }) }, charge);
 */
export function idempotencyHook<Request extends FastifyRequestLike = FastifyRequestLike>(
  options: FastifyOptions<Request>,
): FastifyHook<NoInfer<Request>> {
  const protection = new NodeProtection<Request>(options);
  return (request, reply, done) => {
    const { raw } = request;
    if (!protection.concerns(raw)) return done();
    // A hook that has sent a reply does not call `done`: Fastify stops there.
    goOn(
      () =>
        protection.protect({
          request,
          raw,
          response: reply.raw,
          target: request.originalUrl,
          parsedBody: () => request.body,
          address: () => request.ip,
          requestId: frameworkRequestId(request.id, raw),
          hasTimedOut: () => hasTimedOut(request),
          send: (answer) => send(reply, answer),
        }),
      ({ operation }) => {
        if (operation !== undefined) {
          setOperation(request, operation);
          setOperation(raw, operation);
        }
        done();
      },
      done,
    );
  };
}

/** The option `handlerTimeout` answers in the place of a handler, and only asks it to stop. */
function hasTimedOut({ routeOptions, signal }: FastifyRequestLike): boolean {
  if (!routeOptions?.handlerTimeout) return false;
  const reason: unknown = signal?.reason;
  return reason instanceof Error && 'code' in reason && reason.code === 'FST_ERR_HANDLER_TIMEOUT';
}

/** Through Fastify, so that its own hooks (compression, logging) see the replay as any other answer. */
function send(reply: FastifyReplyLike, { status, headers, body }: KeptResponse): void {
  reply.code(status);
  for (const [name, value] of headers) reply.header(name, value);
  if (body.length === 0) {
    reply.send();
    return;
  }
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  if (headers.some(([name]) => name === 'content-type')) {
    reply.send(bytes);
    return;
  }
  // Fastify gives bytes a media type where they have none, and leaves streams alone.
  reply.header('content-length', String(bytes.length));
  reply.send(Readable.from([bytes]));
}
