import { type RequestBody, UnreadableBodyError } from '../../core/request-body.ts';
import type { Awaitable } from '../../core/store.ts';
import { comparedBytes } from '../node/content-coding.ts';
import { readBody } from './bounded-body.ts';

/** An object with a signal, an operation for example; the signal is created when it is first read. */
export interface Signaled {
  readonly signal: AbortSignal;
}

/** A request whose body was read. */
export interface WholeRequest<R> {
  readonly kind: 'whole';
  readonly body: RequestBody;
  /**
   * Returns the request with its body as if it had not been read. Its signal is that of the operation: a client that
   * hangs up does not abort it.
   */
  readonly handOver: (operation: Signaled | undefined) => R;
}

/** The result of reading a request: all of it, or it is too large, or its sender hung up. */
export type ReadRequest<R> =
  | WholeRequest<R>
  | { readonly kind: 'too_large' }
  | { readonly kind: 'broken_off' };

/**
 * Reads the body of a request, and returns an equivalent request.
 *
 * @throws {UnreadableBodyError} if it was read before, for example by the server
 */
export async function readRequest<R extends Request>(request: R, bytesMax: number): Promise<ReadRequest<R>> {
  if (request.bodyUsed) {
    throw new UnreadableBodyError('the body was read before: protect the handler before that');
  }
  if (request.body === null) {
    refuseLost(request, 0);
    return { kind: 'whole', body: { kind: 'none' }, handOver: (operation) => withSignal(request, operation) };
  }
  const isPlain = isPlainRequest(request);
  const { body: stream } = isPlain ? request : request.clone();
  if (stream === null) throw new UnreadableBodyError('the body of this request cannot be read twice');
  let bytes: Uint8Array;
  try {
    bytes = await readBody(stream, bytesMax);
  } catch {
    return { kind: 'broken_off' };
  }
  if (bytes.length > bytesMax) {
    if (!isPlain) request.body.cancel().catch(() => undefined);
    return { kind: 'too_large' };
  }
  refuseLost(request, bytes.length);
  const contentType = request.headers.get('content-type') ?? undefined;
  return {
    kind: 'whole',
    body: {
      kind: 'raw',
      body: comparedBytes(bytes, request.headers.get('content-encoding'), bytesMax),
      contentType,
    },
    handOver: (operation) =>
      isPlain ? remade(request, { body: bytes }, operation) : withSignal(request, operation),
  };
}

/**
 * Refuses an empty body whose announced length is not zero: a server passes such a body if the request was read before.
 * A body that is only shorter is accepted, because an application may replace the body and keep the announced length.
 */
function refuseLost({ headers }: Request, bytes: number): void {
  if (bytes === 0 && Number(headers.get('content-length') ?? 0) > 0) {
    throw new UnreadableBodyError(
      'the body was read before and is not kept: protect the handler before that',
    );
  }
}

/** Compares a request by the result of a function, which receives a copy of the request. */
export async function readByCopy<R extends Request>(
  request: R,
  compare: (copy: R) => Awaitable<unknown>,
): Promise<WholeRequest<R>> {
  const value = await ofCopy(request, compare);
  const body = { kind: 'parsed', value } as const;
  return { kind: 'whole', body, handOver: (operation) => withSignal(request, operation) };
}

/** Calls a function with a copy of a request, and returns its result. The request itself stays unread. */
export async function ofCopy<R extends Request, T>(request: R, make: (copy: R) => Awaitable<T>): Promise<T> {
  const copy = sameClass(request, request.clone());
  const value = await make(copy);
  // The unread part of the copy must not be kept in memory.
  if (!copy.bodyUsed) copy.body?.cancel().catch(() => undefined);
  return value;
}

/**
 * Whether a new `Request` can replace this one. A framework's subclass (`NextRequest`) has members that a new `Request`
 * would lack.
 */
function isPlainRequest(request: Request): boolean {
  return request.constructor === Request;
}

function withSignal<R extends Request>(request: R, operation: Signaled | undefined): R {
  if (operation === undefined) return request;
  if (isPlainRequest(request)) return remade(request, {}, operation);
  return Object.defineProperty(request, 'signal', { value: operation.signal, configurable: true });
}

function remade<R extends Request>(request: R, init: RequestInit, operation: Signaled | undefined): R {
  const { signal } = operation ?? request;
  return sameClass(request, new Request(request, { ...init, signal }));
}

/** A request created from a plain one, or a clone, is of the same class. */
function sameClass<R extends Request>(_of: R, request: Request): R {
  return request as R;
}
