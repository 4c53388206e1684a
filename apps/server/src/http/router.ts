import { Readable } from 'node:stream';
import {
  bounds,
  IgnoredNames,
  ignoredHeader,
  isTagged,
  isWrite,
  type Noun,
  type OperationName,
  type OperationSpec,
  operations,
  type operationsByNoun,
  type SuccessOf,
  type SuccessStatus,
} from '@billonce/contract';
import { sha256 } from '@billonce/idempotency/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ReplyOf } from '../answers/reply.ts';
import { ApiError } from './api-error.ts';
import { allRights, type Caller } from './caller.ts';
import { refuseOtherMethods } from './other-methods.ts';
import { type RequestParts, requestReader } from './read-request.ts';
import { refuseByParts, refuseByPath } from './rights.ts';

/** A call of an operation: the caller, and the validated parts of the request. */
export interface Call<N extends OperationName> extends RequestParts<N> {
  readonly operation: OperationSpec;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** without a tenant, for an open operation */
  readonly caller: Caller;
  /** the unknown names; the answer lists them */
  readonly ignored: IgnoredNames;
}

/** An answer, ready to be sent. */
export interface Reply {
  readonly status: number;
  readonly headers?: Iterable<readonly [string, string]>;
  /** the strong tag of the body */
  readonly etag?: string | undefined;
  /** a JSON value, or the body ready to be sent: as text, bytes or a stream */
  readonly body?: unknown;
}

/** The answer of a write: its text, as it is kept for replays. */
export interface WrittenReply extends Reply {
  readonly body: string | Uint8Array;
  readonly isWritten: true;
}

/** A success whose body is a file: its text is made piece by piece, or kept ready. */
type FileSuccess =
  | { readonly mediaType: string }
  | { readonly headers: { readonly 'Content-Disposition': string } }
  | { readonly headers: { readonly Vary: string } };

/** What a handler answers with: the text of a write, a file, or what the contract has for its operation. */
export type HandlerReply<N extends OperationName> = N extends WriteName
  ? WrittenReply
  : SuccessOf<N, SuccessStatus<N>> extends FileSuccess
    ? Reply
    : ReplyOf<N>;

/** The operations that write, as `isWrite` has it. */
type WriteName = {
  [N in OperationName]: (typeof operations)[N] extends { readonly method: 'GET' } | { readonly reads: true }
    ? never
    : N;
}[OperationName];

export type Handler<N extends OperationName> = (call: Call<N>) => Promise<HandlerReply<N>>;

/** One handler for each operation of the contract. */
export type Handlers = { readonly [N in OperationName]: Handler<N> };

/** The handlers of a noun: one for each of its operations. */
export type HandlersOf<G extends Noun> = Pick<Handlers, keyof (typeof operationsByNoun)[G] & OperationName>;

/** Identifies the caller of a request, for operations that are not open; at once, if nothing has to be looked up. */
export type Identify = (request: FastifyRequest) => Caller | Promise<Caller>;

/** Decides on a call before its handler runs; may refuse unknown names. Waits only if it has to look something up. */
export type Admit = (
  call: Pick<Call<OperationName>, 'operation' | 'request' | 'reply' | 'caller' | 'ignored'> & {
    readonly name: OperationName;
    readonly body: unknown;
  },
) => Promise<void> | undefined;

/** Refuses a write of a caller if there is no room for it, before its body is read. */
export type RefuseFull = (caller: Caller) => void;

/** The checks that the server makes around a call. */
export interface Gatekeeper {
  readonly identify: Identify;
  readonly refuseFull: RefuseFull;
  readonly admit: Admit;
}

const unknownCaller: Caller = {
  kind: 'anonymous',
  tenant: undefined,
  scope: '',
  presentedKey: '',
  address: '',
  keyPrefix: undefined,
  rights: allRights,
};

/** Registers a route for every operation of the contract, so that none can be forgotten. */
export function registerOperations(app: FastifyInstance, handlers: Handlers, keeper: Gatekeeper): void {
  for (const name of operationNames()) registerOperation(app, name, handlers, keeper);
  refuseOtherMethods(app);
}

function operationNames(): OperationName[] {
  return Object.keys(operations).filter((name): name is OperationName => name in operations);
}

function registerOperation<N extends OperationName>(
  app: FastifyInstance,
  name: N,
  handlers: Handlers,
  { identify, refuseFull, admit }: Gatekeeper,
): void {
  const operation: OperationSpec = operations[name];
  const handler: Handler<N> = handlers[name];
  app.route({
    method: operation.method,
    url: fastifyPath(operation.path),
    bodyLimit: operation.bodyBytesMax ?? bounds.bodyBytes,
    // Checked before the body is read, so that a caller without rights costs no parsing.
    ...(operation.access === 'open' ? {} : { onRequest: [identifyHook(identify, refuseFull, name)] }),
    handler: async (request, reply) => {
      const ignored = new IgnoredNames();
      const answer = await listing(ignored, reply, async () => {
        const parts = requestReader(operation)<N>(request, ignored);
        const caller = request.caller ?? unknownCaller;
        refuseByParts(caller.rights, name, parts);
        const call = { operation, request, reply, caller, ignored, ...parts };
        const admitted = admit({ ...call, name });
        if (admitted !== undefined) await admitted;
        return tagged(call, await handler(call));
      });
      return send(reply, answer);
    },
  });
}

function identifyHook(identify: Identify, refuseFull: RefuseFull, name: OperationName) {
  const accept = (request: FastifyRequest, caller: Caller) => {
    refuseByAccess(caller, operations[name]);
    refuseByPath(caller.rights, name, request.params);
    request.caller = caller;
    if (isWrite(operations[name])) refuseFull(caller);
  };
  return (request: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void): void => {
    const identified = identify(request);
    if (!(identified instanceof Promise)) {
      accept(request, identified);
      done();
      return;
    }
    identified.then((caller) => accept(request, caller)).then(() => done(), done);
  };
}

/** @throws {ApiError} `forbidden` */
export function refuseByAccess(caller: Caller, operation: OperationSpec): void {
  if (operation.access === 'admin' && caller.kind === 'tenant') {
    throw new ApiError('forbidden', 'this requires the admin key');
  }
  if (operation.access === 'tenant' && caller.tenant === undefined) {
    throw new ApiError('forbidden', 'with the admin key, name the tenant in X-Tenant');
  }
}

/** Answers, and lists in the answer, also in an error, what was ignored in the request. */
async function listing(
  ignored: IgnoredNames,
  reply: FastifyReply,
  answer: () => Promise<Reply>,
): Promise<Reply> {
  try {
    return await answer();
  } finally {
    if (!ignored.isEmpty) reply.header(ignoredHeader, ignored.header);
  }
}

function fastifyPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}

/** Adds an entity tag to a JSON read, and does not send the body to a client that has it: RFC 9110, section 13.1.2. */
function tagged<N extends OperationName>({ operation, request }: Call<N>, answer: Reply): Reply {
  // An answer whose bytes are kept ready has its tag already.
  if (!isTagged(operation) || answer.status !== 200 || Buffer.isBuffer(answer.body)) return answer;
  const body = JSON.stringify(answer.body);
  const sent = [...(answer.headers ?? [])];
  // A quote has a strong tag, which `If-Match` accepts.
  const { etag: tag = `W/"${sha256(body).slice(0, 32)}"` } = answer;
  const headers = [
    ...sent,
    ['etag', tag] as const,
    // A browser may store it, and must revalidate it each time; a shared cache may not store it.
    ['cache-control', 'private, no-cache'] as const,
  ];
  const known = (request.headers['if-none-match'] ?? '').split(',').map((one) => opaque(one.trim()));
  if (known.includes(opaque(tag)) || known.includes('*')) return { status: 304, headers };
  return { status: 200, headers: [['content-type', 'application/json; charset=utf-8'], ...headers], body };
}

/** A tag in the weak comparison of RFC 9110, section 8.8.3.2. */
function opaque(tag: string): string {
  return tag.replace(/^W\//, '');
}

/** Sends the answer of a handler. */
export function send(reply: FastifyReply, { status, headers, body }: Reply): FastifyReply {
  reply.code(status);
  for (const [name, value] of headers ?? []) {
    // If origins are configured, it already names the origin that pages call from.
    const before = name === 'vary' ? reply.getHeader(name) : undefined;
    reply.header(name, typeof before === 'string' ? `${before}, ${value}` : value);
  }
  if (body === undefined || body === '') return reply.send();
  if (typeof body === 'string' || Buffer.isBuffer(body) || body instanceof Readable) return reply.send(body);
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(body));
}

/** Whether an operation with this method may change anything. */
export function isWriting({ method = '' }: { readonly method?: string | undefined }): boolean {
  return !['GET', 'HEAD', 'OPTIONS'].includes(method);
}
