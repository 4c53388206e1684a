import type { IncomingMessage } from 'node:http';

/** The result of reading a body: all of it, or it is too large, or its sender hung up, or others have read it. */
export type WholeBody =
  | { readonly kind: 'whole'; readonly bytes: Uint8Array }
  | { readonly kind: 'too_large' }
  | { readonly kind: 'broken_off' }
  | { readonly kind: 'consumed' };

const noBytes: WholeBody = { kind: 'whole', bytes: new Uint8Array(0) };

/** Whether a request announces a body (RFC 9112, section 6.3). */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || announcedBytes(headers) > 0;
}

function announcedBytes(headers: IncomingMessage['headers']): number {
  return Number(headers['content-length'] ?? 0);
}

/**
 * Reads the whole body of a request and puts it back, so that a body parser or the handler can read it afterwards. A
 * body that is too large is discarded, so that its sender reads the answer.
 */
export async function readWholeBody(request: IncomingMessage, bytesMax: number): Promise<WholeBody> {
  const announced = announcedBytes(request.headers);
  if (announced > bytesMax) {
    request.resume();
    return { kind: 'too_large' };
  }
  // The part that arrived with the head is then available. A listener on an empty stream that has arrived would end the
  // stream before its reader exists.
  await Promise.resolve();
  if (request.readableEnded) return { kind: 'consumed' };
  if (request.destroyed) return { kind: 'broken_off' };
  // A serverless bridge passes a complete request whose body arrives with the first read.
  if (request.complete && request.readableLength === 0 && announced === 0) return noBytes;
  const read = await new BodyReading(request, bytesMax).whole();
  return read.kind === 'whole' && read.bytes.length < announced ? { kind: 'consumed' } : read;
}

class BodyReading {
  readonly #request: IncomingMessage;
  readonly #bytesMax: number;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(request: IncomingMessage, bytesMax: number) {
    this.#request = request;
    this.#bytesMax = bytesMax;
  }

  whole(): WholeBody | Promise<WholeBody> {
    const request = this.#request;
    const here = request.readableLength > 0 ? this.#take() : undefined;
    if (here !== undefined) return here;
    const { promise, resolve } = Promise.withResolvers<WholeBody>();
    const end = (result: WholeBody) => {
      request.off('readable', take).off('close', broken).off('error', broken);
      resolve(result);
    };
    const broken = () => end({ kind: 'broken_off' });
    const take = () => {
      const result = this.#take();
      if (result !== undefined) end(result);
    };
    request.on('readable', take).on('close', broken).on('error', broken);
    return promise;
  }

  /** Takes the available data; returns the result once it is known. */
  #take(): WholeBody | undefined {
    const request = this.#request;
    // The loop stops before `read` returns null: that would end the stream.
    while (request.readableLength > 0) {
      const chunk = read(request);
      if (chunk === undefined) break;
      this.#chunks.push(chunk);
      this.#bytes += chunk.length;
      if (this.#bytes > this.#bytesMax) {
        request.resume();
        return { kind: 'too_large' };
      }
    }
    if (!request.complete) return undefined;
    const [only] = this.#chunks;
    const whole = this.#chunks.length === 1 && only !== undefined ? only : Buffer.concat(this.#chunks);
    // Put back in the turn in which the last chunk was taken: the stream ends only if it is still empty in the next
    // turn.
    if (whole.length > 0) putBack(request, whole);
    return { kind: 'whole', bytes: whole };
  }
}

function read(request: IncomingMessage): Buffer | undefined {
  const chunk: unknown = request.read();
  if (chunk === null) return undefined;
  return Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk), request.readableEncoding ?? 'utf8');
}

function putBack(request: IncomingMessage, whole: Buffer): void {
  const encoding = request.readableEncoding;
  if (encoding === null) request.unshift(whole);
  else request.unshift(whole.toString(encoding), encoding);
}

/**
 * Prevents a client that hangs up from destroying a request that has arrived whole: a handler whose operation continues
 * still has to read its body.
 */
export function keepWhenHungUp(request: IncomingMessage): void {
  request.destroy = destroyUnlessHungUp;
}

function destroyUnlessHungUp(this: IncomingMessage, error?: Error): IncomingMessage {
  const { complete, readableEnded } = this;
  if (complete && !readableEnded && error !== undefined && 'code' in error && error.code === 'ECONNRESET')
    return this;
  return Object.getPrototypeOf(this).destroy.call(this, error);
}
