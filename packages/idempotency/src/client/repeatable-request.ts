import type { FetchPort } from './fetch-options.ts';
import { IdempotentFetchError } from './idempotent-fetch-error.ts';
import { readBounded } from './read-bounded.ts';
import { withStableBoundary } from './stable-boundary.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** A request that every attempt sends with the same bytes. */
export interface RepeatableRequest {
  readonly method: string;
  /** absolute */
  readonly url: string;
  /** including the type of the body, as the platform would set it */
  readonly headers: Headers;
  /** `undefined` for a request without a body */
  readonly body: Bytes | undefined;
  /** Sends one attempt. */
  send(fetch: FetchPort, signal: AbortSignal): Promise<Response>;
}

/**
 * Reads the arguments of `fetch` into a request that can be sent again. Its body is read once: a stream cannot be read
 * twice, and a form gets another boundary each time.
 *
 * @param init without a signal, which belongs to the call and not to the request
 * @param signal ends the reading of the body immediately; the body is then incomplete
 * @throws {TypeError} like `fetch`: an invalid URL, method or header, a body on a GET
 * @throws {IdempotentFetchError} `body_too_large`
 */
export async function readRequest(
  input: string | URL | Request,
  init: RequestInit,
  bodyBytesMax: number,
  signal: AbortSignal | undefined,
): Promise<RepeatableRequest> {
  const { body: given, ...rest } = init;
  // Not every browser accepts a stream as the body of a Request; it is not needed to read the stream.
  const ready = given instanceof ReadableStream ? await readBody(given, bodyBytesMax, signal) : given;
  const template = new Request(input, ready === undefined ? rest : { ...rest, body: ready, duplex: 'half' });
  const { headers } = template;
  let body = await bodyOf(template, isInMemory(ready) ? Number.POSITIVE_INFINITY : bodyBytesMax, signal);
  if (body !== undefined && ready instanceof FormData) {
    const form = await withStableBoundary({ bytes: body, contentType: headers.get('content-type') ?? '' });
    headers.set('content-type', form.contentType);
    body = form.bytes;
  }
  // A Request has properties that cannot be read from it (its mode, its credentials), so each attempt gets the Request
  // itself.
  const target = input instanceof Request ? input : template.url;
  return {
    method: template.method,
    url: template.url,
    headers,
    body,
    send(fetch, signal) {
      const attempt = { ...rest, headers: new Headers(headers), signal };
      return fetch(target, body === undefined ? attempt : { ...attempt, body });
    },
  };
}

function isInMemory(body: unknown): boolean {
  return (
    typeof body === 'string' ||
    body instanceof URLSearchParams ||
    body instanceof ArrayBuffer ||
    ArrayBuffer.isView(body)
  );
}

async function bodyOf(
  request: Request,
  bytesMax: number,
  signal: AbortSignal | undefined,
): Promise<Bytes | undefined> {
  if (request.body === null) return undefined;
  if (bytesMax === Number.POSITIVE_INFINITY) return new Uint8Array(await request.arrayBuffer());
  return readBody(request.body, bytesMax, signal);
}

async function readBody(
  stream: ReadableStream<Uint8Array>,
  bytesMax: number,
  signal: AbortSignal | undefined,
): Promise<Bytes> {
  const { bytes, isWhole } = await readBounded(stream, bytesMax, signal);
  if (isWhole) return bytes;
  const bound = `a body that is read to be sent again may have ${bytesMax} bytes (bodyBytesMax)`;
  throw new IdempotentFetchError('body_too_large', `${bound}; nothing was sent`);
}
