import type { IncomingMessage } from 'node:http';
import type { RequestBody } from '../../core/request-body.ts';
import type { WholeRequest } from '../fetch/read-request.ts';
import { comparedBytes } from '../node/content-coding.ts';

// `@hono/node-server` passes Hono a light stand-in for a `Request`. It creates a real one only on demand, which costs
// as much as half of a small request. The functions here avoid that. They depend on internals of that server, so they
// fall back to a real `Request` if anything is not as expected.

/** A light request that has not been read yet, and the request of Node that it represents. */
export interface LightRequest {
  readonly request: Request;
  readonly incoming: IncomingMessage;
  readonly abortRequest: symbol;
}

/** The light request of a `Request`, if it is one and no real `Request` was created from it yet. */
export function lightRequest(
  request: Request,
  incoming: IncomingMessage | undefined,
): LightRequest | undefined {
  if (incoming === undefined || incoming.httpVersionMajor !== 1 || incoming.readableDidRead) return undefined;
  const abortRequest = abortSymbolOf(request);
  if (abortRequest === undefined) return undefined;
  let isItsRequest = false;
  for (const symbol of Object.getOwnPropertySymbols(request)) {
    const value: unknown = Reflect.get(request, symbol);
    if (value === incoming) isItsRequest = true;
    else if (typeof value === 'object' && value instanceof Request) return undefined;
  }
  return isItsRequest ? { request, incoming, abortRequest } : undefined;
}

/** Whether a `Request` is a light one whose headers no one has read yet, and so no one has changed. */
export function hasUnreadHeaders(request: Request, incoming: IncomingMessage): boolean {
  if (incoming.httpVersionMajor !== 1 || abortSymbolOf(request) === undefined) return false;
  let isItsRequest = false;
  for (const symbol of Object.getOwnPropertySymbols(request)) {
    const value: unknown = Reflect.get(request, symbol);
    if (value === incoming) isItsRequest = true;
    else if (typeof value === 'object' && value instanceof Headers) return false;
  }
  return isItsRequest;
}

let lastPrototype: unknown;
let lastSymbol: symbol | undefined;

/** The method by which the server informs a light request that its client is gone. */
function abortSymbolOf(request: Request): symbol | undefined {
  const prototype: unknown = Object.getPrototypeOf(request);
  if (prototype !== lastPrototype) {
    lastPrototype = prototype;
    lastSymbol =
      typeof prototype === 'object' && prototype !== null
        ? Object.getOwnPropertySymbols(prototype).find(({ description }) => description === 'abortRequest')
        : undefined;
  }
  return lastSymbol;
}

/** Reads the body of a light request, and leaves it as if it had not been read. */
export async function readLightRequest(
  { request, incoming, abortRequest }: LightRequest,
  bytesMax: number,
): Promise<WholeRequest<Request> | { readonly kind: 'too_large' } | { readonly kind: 'broken_off' }> {
  const handOver = () => shielded(request, abortRequest);
  const { headers } = incoming;
  if (headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0) {
    return { kind: 'whole', body: { kind: 'none' }, handOver };
  }
  // After this turn, the bytes that the client sent together with the head are available.
  await Promise.resolve();
  const bytes = arrivedBytes(incoming, bytesMax) ?? (await readChunks(incoming, bytesMax));
  if (typeof bytes === 'string') return { kind: bytes };
  // The server takes the body from this member, as it does on platforms that read the body in advance.
  Reflect.set(incoming, 'rawBody', bytes);
  const compared = comparedBytes(bytes, headers['content-encoding'], bytesMax);
  const body: RequestBody = { kind: 'raw', body: compared, contentType: headers['content-type'] };
  return { kind: 'whole', body, handOver };
}

/** Makes the request ignore a client that hangs up: this must not abort the operation. */
function shielded(request: Request, abortRequest: symbol): Request {
  Reflect.set(request, abortRequest, ignore);
  return request;
}

function ignore(): void {}

/** The body, if all of it has arrived: reading it then needs no listener and no turn of the event loop. */
function arrivedBytes(incoming: IncomingMessage, bytesMax: number): Buffer | undefined {
  const { complete, readableLength } = incoming;
  if (!complete || readableLength === 0 || readableLength > bytesMax) return undefined;
  const whole: unknown = incoming.read();
  return Buffer.isBuffer(whole) ? whole : undefined;
}

function readChunks(
  incoming: IncomingMessage,
  bytesMax: number,
): Promise<Buffer | 'too_large' | 'broken_off'> {
  const { promise, resolve } = Promise.withResolvers<Buffer | 'too_large' | 'broken_off'>();
  const chunks: Buffer[] = [];
  let bytes = 0;
  function end(result: Buffer | 'too_large' | 'broken_off'): void {
    incoming.off('data', take).off('end', whole).off('close', broken).off('error', broken);
    resolve(result);
  }
  function take(chunk: Buffer): void {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > bytesMax) end('too_large');
  }
  function whole(): void {
    const [only] = chunks;
    end(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks));
  }
  function broken(): void {
    end('broken_off');
  }
  if (incoming.destroyed) broken();
  else incoming.on('data', take).on('end', whole).on('close', broken).on('error', broken);
  return promise;
}
