import type { IncomingMessage } from 'node:http';
import type { Context, HonoRequest } from 'hono';
import { type RequestBody, UnreadableBodyError } from '../../core/request-body.ts';
import type { Awaitable } from '../../core/store.ts';
import type { FetchHead } from '../fetch/fetch-protection.ts';
import { type ReadRequest, readRequest, type Signaled } from '../fetch/read-request.ts';
import { hasUnreadHeaders, lightRequest, readLightRequest } from './light-request.ts';

/** The request of Node for a context, if the app runs on `@hono/node-server`. */
export function incomingOf(context: Context): IncomingMessage | undefined {
  const env: unknown = context.env;
  if (typeof env !== 'object' || env === null || !('incoming' in env)) return undefined;
  return isIncoming(env.incoming) ? env.incoming : undefined;
}

/**
 * The head of a request. Code may set a key in `headers` of Node's request, without changing the raw headers. The
 * `Request` that the server creates lacks such a key, so it is also looked up in `headers`.
 */
export function headOf(context: Context): FetchHead {
  const { raw } = context.req;
  const incoming = incomingOf(context);
  if (incoming === undefined) return raw;
  const { method, url } = raw;
  const { headers } = incoming;
  // Node's headers are read directly: the server's stand-in also reads them, at ten times the cost.
  if (hasUnreadHeaders(raw, incoming))
    return { method, url, headers: { get: (name) => textOf(headers[name]) } };
  const get = (name: string) => raw.headers.get(name) ?? textOf(headers[name.toLowerCase()]);
  return { method, url, headers: { get } };
}

function textOf(value: string | string[] | undefined): string | null {
  return typeof value === 'string' ? value : (value?.join(', ') ?? null);
}

/** The response of Node for a context, if the app runs on `@hono/node-server`. */
export function outgoingOf({ env }: Context): { readonly headersSent: boolean } | undefined {
  const found: unknown = env;
  if (typeof found !== 'object' || found === null || !('outgoing' in found)) return undefined;
  const { outgoing } = found;
  return typeof outgoing === 'object' && outgoing !== null && 'headersSent' in outgoing
    ? { headersSent: outgoing.headersSent === true }
    : undefined;
}

function isIncoming(value: unknown): value is IncomingMessage {
  return typeof value === 'object' && value !== null && 'socket' in value && 'headers' in value;
}

/**
 * Reads the body of a request of Hono. `handOver` returns the new value of `context.req.raw`.
 *
 * @throws {UnreadableBodyError} if it was read before, and not through Hono
 */
export function readContext(context: Context, bytesMax: number): Promise<ReadRequest<Request>> {
  const { raw, bodyCache } = context.req;
  if (Object.keys(bodyCache).length > 0) return readRead(context, bytesMax);
  const light = lightRequest(raw, incomingOf(context));
  return light === undefined ? readRequest(raw, bytesMax) : readLightRequest(light, bytesMax);
}

/**
 * Compares a request by the result of a function. The function reads the body through Hono, which keeps it for the
 * handler.
 */
export async function readByHono(
  context: Context,
  compare: (context: Context) => Awaitable<unknown>,
): Promise<ReadRequest<Request>> {
  const value = await compare(context);
  const body: RequestBody = { kind: 'parsed', value };
  return { kind: 'whole', body, handOver: (operation) => withSignal(context.req.raw, operation) };
}

/** Reads a body that was read before, by a validator for example, and that Hono has kept. */
async function readRead(context: Context, bytesMax: number): Promise<ReadRequest<Request>> {
  const { raw, bodyCache } = context.req;
  const body = await keptBytes(bodyCache);
  if (body === undefined) {
    throw new UnreadableBodyError(
      'the form was read before, and its bytes are not kept: protect the route before that, or give the option fingerprintBody',
    );
  }
  const contentType = raw.headers.get('content-type') ?? undefined;
  if (body.length > bytesMax) return { kind: 'too_large' };
  return {
    kind: 'whole',
    body: { kind: 'raw', body, contentType },
    handOver: (operation) =>
      operation === undefined ? raw : new Request(raw, { body, signal: operation.signal }),
  };
}

/** The bytes of a body that Hono keeps. Hono 3 cannot convert what it keeps from one form into another. */
async function keptBytes({
  arrayBuffer,
  text,
  blob,
  json,
}: HonoRequest['bodyCache']): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const kept = await Promise.resolve(arrayBuffer ?? text ?? blob);
  if (kept !== undefined) return new Uint8Array(await new Response(kept).arrayBuffer());
  return json === undefined ? undefined : new TextEncoder().encode(JSON.stringify(await json));
}

function withSignal(raw: Request, operation: Signaled | undefined): Request {
  if (operation === undefined) return raw;
  const { signal } = operation;
  if (raw.bodyUsed) return new Request(raw.url, { method: raw.method, headers: raw.headers, signal });
  return new Request(raw, { signal });
}
