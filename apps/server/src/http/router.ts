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
import { type RequestParts, requestReader } from './read-request.ts';
import { refuseByParts, refuseByPath } from './rights.ts';

/** A call of an operation: who calls, and the validated parts of the request. */
export interface Call<N extends OperationName> extends RequestParts<N> {
  readonly operation: OperationSpec;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** nobody, for an open operation */
  readonly caller: Caller;
  /** the names that are not known; the answer lists them */
  readonly ignored: IgnoredNames;
}

/** An answer, ready to be sent. */
export interface Reply {
  readonly status: number;
  readonly headers?: Iterable<readonly [string, string]>;
  /** the strong tag of the body */
  readonly etag?: string | undefined;
  /** a JSON value, or the body as it is to be sent: its text, its bytes, or a stream of it */
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

/** The handlers of a noun: each of its operations, and no others. */
export type HandlersOf<G extends Noun> = Pick<Handlers, keyof (typeof operationsByNoun)[G] & OperationName>;

/** Identifies the caller of a request, for operations that are not open. */
export type Identify = (request: FastifyRequest) => Promise<Caller>;

/** What a call is decided by before its handler: may refuse names that are not known. */
export type Admit = (
  call: Pick<Call<OperationName>, 'operation' | 'request' | 'reply' | 'caller' | 'ignored'> & {
    readonly name: OperationName;
    readonly body: unknown;
  },
) => Promise<void>;

/** Whether there is room for a write of a caller now: before its body is read. */
export type RefuseFull = (caller: Caller) => void;

/** What the server asks around a call. */
export interface Gatekeeper {
  readonly identify: Identify;
  readonly refuseFull: RefuseFull;
  readonly admit: Admit;
}

const nobody: Caller = {
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
  for (const [path, taken] of takenMethods) registerOtherMethods(app, path, taken);
}

/** Methods that a path takes, also as one of those that another path with parameters stands for: `/services/bulk`. */
function methodsAt(path: string, methods: ReadonlyMap<string, ReadonlySet<string>>): ReadonlySet<string> {
  const segments = path.split('/');
  const standsForIt = (other: string) => {
    const others = other.split('/');
    return (
      others.length === segments.length &&
      others.every((segment, index) => segment.startsWith('{') || segment === segments[index])
    );
  };
  return new Set([...methods].flatMap(([other, taken]) => (standsForIt(other) ? [...taken] : [])));
}

function operationNames(): OperationName[] {
  return Object.keys(operations).filter((name): name is OperationName => name in operations);
}

/** The methods that each path of the contract takes. */
const takenMethods = methodsOfPaths();

function methodsOfPaths(): ReadonlyMap<string, ReadonlySet<string>> {
  const methods = new Map<string, Set<string>>();
  for (const { path, method } of Object.values<OperationSpec>(operations)) {
    methods.set(path, (methods.get(path) ?? new Set<string>()).add(method));
  }
  return new Map([...methods.keys()].map((path) => [path, methodsAt(path, methods)]));
}

function registerOperation<N extends OperationName>(
  app: FastifyInstance,
  name: N,
  handlers: Handlers,
  { identify, refuseFull, admit }: Gatekeeper,
): void {
  const operation: OperationSpec = operations[name];
  const handler: Handler<N> = handlers[name];
  const read = requestReader(operation);
  app.route({
    method: operation.method,
    url: fastifyPath(operation.path),
    bodyLimit: operation.bodyBytesMax ?? bounds.bodyBytes,
    // Before the body is read: a caller without a right to an answer costs no parsing.
    ...(operation.access === 'open' ? {} : { onRequest: [identifyHook(identify, refuseFull, name)] }),
    handler: async (request, reply) => {
      const ignored = new IgnoredNames();
      const answer = await listing(ignored, reply, async () => {
        const parts = read<N>(request, ignored);
        const caller = request.caller ?? nobody;
        refuseByParts(caller.rights, name, parts);
        const call = { operation, request, reply, caller, ignored, ...parts };
        await admit({ ...call, name });
        return tagged(call, await handler(call));
      });
      return send(reply, answer);
    },
  });
}

function identifyHook(identify: Identify, refuseFull: RefuseFull, name: OperationName) {
  return async (request: FastifyRequest): Promise<void> => {
    const caller = await identify(request);
    refuseByAccess(caller, operations[name]);
    refuseByPath(caller.rights, name, request.params);
    request.caller = caller;
    if (isWrite(operations[name])) refuseFull(caller);
  };
}

function refuseByAccess(caller: Caller, operation: OperationSpec): void {
  if (operation.access === 'admin' && caller.kind === 'tenant') {
    throw new ApiError('forbidden', 'this requires the admin key');
  }
  if (operation.access === 'tenant' && caller.tenant === undefined) {
    throw new ApiError('forbidden', 'with the admin key, name the tenant in X-Tenant');
  }
}

/** Answers, and lists on the answer, an error too, what of the request was ignored. */
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

function registerOtherMethods(app: FastifyInstance, path: string, taken: ReadonlySet<string>): void {
  const allow = [...taken, ...(taken.has('GET') ? ['HEAD'] : [])].sort().join(', ');
  // HEAD is answered where GET is.
  const others = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'].filter(
    (method) => !taken.has(method) && (method !== 'HEAD' || !taken.has('GET')),
  );
  app.route({
    method: others,
    url: fastifyPath(path),
    exposeHeadRoute: false,
    // The body of such a request is of no interest, whatever it is.
    onRequest: async () => {
      throw new ApiError('method_not_allowed', `this path supports ${allow}`, { headers: { allow } });
    },
    handler: async () => undefined,
  });
}

function fastifyPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}

/** Gives a JSON read its tag, and does not send the body to a client that has it: RFC 9110, section 13.1.2. */
function tagged<N extends OperationName>({ operation, request }: Call<N>, answer: Reply): Reply {
  // Bytes that are kept ready have their tag.
  if (!isTagged(operation) || answer.status !== 200 || Buffer.isBuffer(answer.body)) return answer;
  const body = JSON.stringify(answer.body);
  const sent = [...(answer.headers ?? [])];
  // A quote has a strong tag, which `If-Match` takes.
  const { etag: tag = `W/"${sha256(body).slice(0, 32)}"` } = answer;
  const headers = [
    ...sent,
    ['etag', tag] as const,
    // A browser may keep it, and asks with the tag each time; a cache that others share may not.
    ['cache-control', 'private, no-cache'] as const,
  ];
  const known = (request.headers['if-none-match'] ?? '').split(',').map((one) => opaque(one.trim()));
  if (known.includes(opaque(tag)) || known.includes('*')) return { status: 304, headers };
  return { status: 200, headers: [['content-type', 'application/json; charset=utf-8'], ...headers], body };
}

/** A tag as the weak comparison of RFC 9110, section 8.8.3.2, sees it. */
function opaque(tag: string): string {
  return tag.replace(/^W\//, '');
}

/** Sends what a handler answered with. */
function send(reply: FastifyReply, { status, headers, body }: Reply): FastifyReply {
  reply.code(status);
  for (const [name, value] of headers ?? []) {
    // The origin that pages call from is in it already, where origins are listed.
    const before = name === 'vary' ? reply.getHeader(name) : undefined;
    reply.header(name, typeof before === 'string' ? `${before}, ${value}` : value);
  }
  if (body === undefined || body === '') return reply.send();
  if (typeof body === 'string' || Buffer.isBuffer(body) || body instanceof Readable) return reply.send(body);
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(body));
}

/** Whether an operation of this method may change anything. */
export function isWriting({ method = '' }: { readonly method?: string | undefined }): boolean {
  return !['GET', 'HEAD', 'OPTIONS'].includes(method);
}
