const encoder = new TextEncoder();

/** The beginning of a body: all of it, or more than was asked for and what is still to be read. */
export interface BodyStart {
  readonly chunks: readonly Uint8Array[];
  /** `undefined` if the chunks are the whole body */
  readonly rest: ReadableStreamDefaultReader | undefined;
}

/**
 * Reads a body to its end. Of one that is larger than `bytesMax` it gives more than `bytesMax` bytes, and not all: the
 * rest is not wanted.
 *
 * @throws what the stream breaks off with
 */
export async function readBody(stream: ReadableStream, bytesMax: number): Promise<Uint8Array> {
  const { chunks, rest } = await readStart(stream, bytesMax);
  // Nobody waits for it: half of a body that was cloned is cancelled only when the other half is.
  rest?.cancel().catch(() => undefined);
  return joined(chunks);
}

/**
 * Reads a body to its end, or until it has more than `bytesMax` bytes.
 *
 * @throws what the stream breaks off with
 */
export async function readStart(stream: ReadableStream, bytesMax: number): Promise<BodyStart> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return { chunks, rest: undefined };
    const chunk = bytesOf(value);
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > bytesMax) return { chunks, rest: reader };
  }
}

/** All chunks as one. */
export function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
}

/** @throws {TypeError} for what no body may consist of */
export function bytesOf(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  if (typeof chunk === 'string') return encoder.encode(chunk);
  throw new TypeError('a chunk of a body must be a Uint8Array');
}
