import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { KeptResponse } from '../core/kept-response.ts';
import type { NodeExchange } from './node/exchange.ts';
import { goOn } from './node/go-on.ts';
import { frameworkRequestId } from './node/node-request.ts';
import { setOperation } from './node/operations.ts';
import { type NodeOptions, NodeProtection } from './node/protection.ts';

export type { Operation } from '../core/operation.ts';
export { operationOf } from './node/operations.ts';

/** The parts of a request of Fastify 5 that the adapter reads. */
export interface FastifyRequestLike {
  readonly raw: IncomingMessage;
  readonly id: string;
  readonly originalUrl: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
  /** the address of the client, according to the option `trustProxy` */
  readonly ip?: string;
  /** aborted with an error of this code when Fastify's option `handlerTimeout` has answered */
  readonly signal?: AbortSignal;
  readonly routeOptions?: { readonly handlerTimeout?: number | undefined };
}

/** The parts of a reply of Fastify 5 that the adapter uses. */
export interface FastifyReplyLike {
  readonly raw: ServerResponse;
  readonly sent?: boolean;
  code(status: number): unknown;
  header(name: string, value: string): unknown;
  send(payload?: unknown): unknown;
}

/** The options of the adapter for Fastify; `Request` is the argument of `tenantOf`. */
export type FastifyOptions<Request = FastifyRequestLike> = NodeOptions<Request>;

/** A function type whose parameters are checked like those of a method: a function may require a narrower type. */
type Lenient<Member> = Member extends (...given: infer Given) => infer Result
  ? { method(...given: Given): Result }['method']
  : Member;

/**
 * The options of the plugin. `register` does not pass on the application's types, so functions may take the whole
 * `FastifyRequest`.
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

/** The parts of a Fastify instance that the plugin uses. */
export interface FastifyInstanceLike<Request> {
  addHook(name: 'preHandler', hook: FastifyHook<Request>): unknown;
}

/**
 * Makes the writes of a Fastify app, or of the scope that it is registered in, retry-safe. Bodies are compared as
 * Fastify parsed them.
 *
 * @throws {InvalidOptionsError} listing every mistake in the options
 * @example
 * await app.register(idempotency, { store: memoryStore(), tenantOf });
 */
export const idempotency = Object.assign(
  // Fastify passes on the rejection of a promise, but not what a plugin with a callback throws.
  async (app: FastifyInstanceLike<FastifyRequestLike>, options: FastifyPluginOptions): Promise<void> => {
    app.addHook('preHandler', idempotencyHook(options));
  },
  {
    // What fastify-plugin sets: the hook belongs to the scope in which the plugin is registered, not to a nested one.
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: '@billonce/idempotency',
  },
);

/**
 * Makes the writes of a single route of Fastify retry-safe.
 *
 * @throws {InvalidOptionsError} listing every mistake in the options
 * @example
 * app.post('/charges', { preHandler: idempotencyHook({ store: memoryStore(), tenantOf }) }, charge);
 */
export function idempotencyHook<Request extends FastifyRequestLike = FastifyRequestLike>(
  options: FastifyOptions<Request>,
): FastifyHook<NoInfer<Request>> {
  const protection = new NodeProtection<Request>(options);
  return (request, reply, done) => {
    const { raw, headers } = request;
    if (!protection.concerns({ method: raw.method, headers })) return done();
    // A hook that has sent a reply does not call `done`: Fastify stops there.
    goOn(
      () => protection.protect(new FastifyExchange(request, reply)),
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

class FastifyExchange<Request extends FastifyRequestLike> implements NodeExchange<Request> {
  readonly request: Request;
  readonly #reply: FastifyReplyLike;

  constructor(request: Request, reply: FastifyReplyLike) {
    this.request = request;
    this.#reply = reply;
  }

  get raw(): IncomingMessage {
    return this.request.raw;
  }

  /** The headers as Fastify shows them: a hook may have replaced those of Node's request. */
  get headers(): IncomingMessage['headers'] {
    return this.request.headers;
  }

  get response(): ServerResponse {
    return this.#reply.raw;
  }

  get target(): string {
    return this.request.originalUrl;
  }

  get requestId(): string {
    return frameworkRequestId(this.request.id, this.request.raw);
  }

  parsedBody(): unknown {
    return this.request.body;
  }

  address(): string | undefined {
    return this.request.ip;
  }

  isAnswered(): boolean {
    return this.#reply.sent === true;
  }

  hasTimedOut(): boolean {
    return hasTimedOut(this.request);
  }

  send(answer: KeptResponse): void {
    send(this.#reply, answer);
  }
}

/** Whether the option `handlerTimeout` has answered. It answers for the handler, and only asks the handler to stop. */
function hasTimedOut(request: FastifyRequestLike): boolean {
  if (!request.routeOptions?.handlerTimeout) return false;
  // Read only here: Fastify creates the signal at the first read, and aborting it at the end costs a third of the time
  // of a small request.
  const reason: unknown = request.signal?.reason;
  return reason instanceof Error && 'code' in reason && reason.code === 'FST_ERR_HANDLER_TIMEOUT';
}

/** Sends an answer through Fastify, so that its hooks (compression, logging) see the replay like any other answer. */
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
  // Fastify sets a media type for bytes that have none, but not for streams.
  reply.header('content-length', String(bytes.length));
  reply.send(Readable.from([bytes]));
}
