const encoder = new TextEncoder();

/** The beginning of a body: the whole body, or more than the requested bytes and a reader for the rest. */
export interface BodyStart {
  readonly chunks: readonly Uint8Array[];
  /** `undefined` if the chunks are the whole body */
  readonly rest: ReadableStreamDefaultReader | undefined;
}

/**
 * Reads a body to its end. For a body larger than `bytesMax` it returns more than `bytesMax` bytes, but not all, and
 * cancels the rest.
 *
 * @throws the error that the stream breaks off with
 */
export async function readBody(stream: ReadableStream, bytesMax: number): Promise<Uint8Array> {
  const { chunks, rest } = await readStart(stream, bytesMax);
  // Not awaited: one half of a cloned body is cancelled only when the other half is.
  rest?.cancel().catch(() => undefined);
  return joined(chunks);
}

/**
 * Reads a body to its end, or until it has more than `bytesMax` bytes.
 *
 * @throws the error that the stream breaks off with
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

/** Joins all chunks. */
export function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
}

/** @throws {TypeError} if a body cannot contain this chunk */
export function bytesOf(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  if (typeof chunk === 'string') return encoder.encode(chunk);
  throw new TypeError('a chunk of a body must be a Uint8Array');
}
