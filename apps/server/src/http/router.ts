import { Readable } from 'node:stream';
import {
  bodyBytesMaxDefault,
  compileQueryValidator,
  compileValidator,
  NoQuery,
  type Operation,
  type OperationName,
  operations,
  type RequestPart,
  type Validated,
  weakEtag,
} from '@billonce/contract';
import { sha256 } from '@billonce/idempotency/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from './api-error.ts';
import type { Caller } from './caller.ts';

/** A call of an operation: who calls, and the validated parts of the request. */
export interface Call<N extends OperationName> {
  readonly operation: Operation;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** nobody, for an open operation */
  readonly caller: Caller;
  readonly params: RequestPart<N, 'params'>;
  readonly query: RequestPart<N, 'query'>;
  readonly body: RequestPart<N, 'body'>;
  /** the body as it was sent; '' when there was none */
  readonly bodyText: string;
}

/** What a handler answers with. */
export interface Reply {
  readonly status: number;
  readonly headers?: Iterable<readonly [string, string]>;
  /** a JSON value, or the body as it is to be sent: its text, or a stream of it */
  readonly body?: unknown;
}

export type Handler<N extends OperationName> = (call: Call<N>) => Promise<Reply>;

/** One handler for each operation of the contract. */
export type Handlers = { readonly [N in OperationName]: Handler<N> };

/** Identifies the caller of a request, for operations that are not open. */
export type Identify = (request: FastifyRequest) => Promise<Caller>;

const nobody: Caller = { kind: 'anonymous', tenant: undefined, scope: '', presentedKey: '' };

/** Registers a route for every operation of the contract, so that none can be forgotten. */
export function registerOperations(app: FastifyInstance, handlers: Handlers, identify: Identify): void {
  const methods = new Map<string, Set<string>>();
  for (const name of operationNames()) {
    const operation = operations[name];
    methods.set(operation.path, (methods.get(operation.path) ?? new Set<string>()).add(operation.method));
    registerOperation(app, name, handlers[name], identify);
  }
  for (const path of methods.keys()) registerOtherMethods(app, path, methodsAt(path, methods));
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

function registerOperation<N extends OperationName>(
  app: FastifyInstance,
  name: N,
  handler: Handler<N>,
  identify: Identify,
): void {
  const operation: Operation = operations[name];
  const validate = requestValidator(operation);
  app.route({
    method: operation.method,
    url: fastifyPath(operation.path),
    bodyLimit: operation.bodyBytesMax ?? bodyBytesMaxDefault,
    // Before the body is read: a caller without a right to an answer costs no parsing.
    ...(operation.access === 'open' ? {} : { onRequest: [identifyHook(identify, operation)] }),
    handler: async (request, reply) => {
      const parts = validate<N>(request);
      const call = { operation, request, reply, caller: request.caller ?? nobody, ...parts };
      return send(reply, tagged(call, await handler(call)));
    },
  });
}

function identifyHook(identify: Identify, operation: Operation) {
  return async (request: FastifyRequest): Promise<void> => {
    const caller = await identify(request);
    refuseByAccess(caller, operation);
    request.caller = caller;
  };
}

function refuseByAccess(caller: Caller, operation: Operation): void {
  if (operation.access === 'admin' && caller.kind === 'tenant') {
    throw new ApiError('forbidden', 'this takes the admin key');
  }
  if (operation.access === 'tenant' && caller.tenant === undefined) {
    throw new ApiError('forbidden', 'with the admin key, name the tenant in X-Tenant');
  }
}

type Parts<N extends OperationName> = Pick<Call<N>, 'params' | 'query' | 'body' | 'bodyText'>;

/** Makes the function that validates the parts of a request, and refuses it with every fault's place. */
function requestValidator(
  operation: Operation,
): <N extends OperationName>(request: FastifyRequest) => Parts<N> {
  const params = operation.params && compileValidator(operation.params);
  const query = operation.access === 'open' ? undefined : compileQueryValidator(operation.query ?? NoQuery);
  const body = operation.body && compileValidator(operation.body);
  return <N extends OperationName>(request: FastifyRequest): Parts<N> => {
    const sent = request.jsonBody;
    const parts = {
      params: params && accepted(params(request.params), 'the path'),
      query: query && accepted(query(request.query), 'the query'),
      body: body && accepted(body(sent?.value), 'the body'),
      bodyText: sent?.text ?? '',
    };
    return parseParts<N>(parts);
  };
}

/** The types of the contract and its validators come from the same schemas, which TypeScript cannot see here. */
function parseParts<N extends OperationName>(parts: Record<keyof Parts<N>, unknown>): Parts<N> {
  return parts as Parts<N>;
}

function accepted(validated: Validated<unknown>, part: string): unknown {
  if (validated.kind === 'valid') return validated.value;
  const [first] = validated.faults;
  const hint = first === undefined ? '' : `: ${first.pointer} ${first.message}`;
  throw new ApiError('invalid_request', `${part} is not valid${hint}`, { faults: validated.faults });
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
      throw new ApiError('method_not_allowed', `this path takes ${allow}`, { headers: { allow } });
    },
    handler: async () => undefined,
  });
}

function fastifyPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}

/** Gives a page of a list its weak tag, and spares who has it already the body: RFC 9110, section 13.1.2. */
function tagged<N extends OperationName>({ operation, request }: Call<N>, answer: Reply): Reply {
  if (operation.successes[200]?.headers?.['ETag'] !== weakEtag.ETag || answer.status !== 200) return answer;
  const body = JSON.stringify(answer.body);
  const tag = `"${sha256(body).slice(0, 32)}"`;
  const headers = [...(answer.headers ?? []), ['etag', `W/${tag}`]] as const;
  const known = (request.headers['if-none-match'] ?? '')
    .split(',')
    .map((one) => one.trim().replace(/^W\//, ''));
  if (known.includes(tag) || known.includes('*')) return { status: 304, headers };
  return { status: 200, headers: [['content-type', 'application/json; charset=utf-8'], ...headers], body };
}

/** Sends what a handler answered with. */
function send(reply: FastifyReply, { status, headers, body }: Reply): FastifyReply {
  reply.code(status);
  for (const [name, value] of headers ?? []) reply.header(name, value);
  if (body === undefined || body === '') return reply.send();
  if (typeof body === 'string' || body instanceof Readable) return reply.send(body);
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(body));
}

/** Whether an operation of this method may change anything. */
export function isWriting(request: FastifyRequest): boolean {
  return !['GET', 'HEAD', 'OPTIONS'].includes(request.method);
}
