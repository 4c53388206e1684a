/** The result of reading a stream. */
export interface BoundedRead {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** whether the stream ended within the limit */
  readonly isWhole: boolean;
}

/**
 * Reads a stream to its end, or until it has more than `bytesMax`; the rest is cancelled. An aborted signal ends the
 * reading immediately, as if the stream had ended.
 *
 * @throws the error of the stream
 */
export async function readBounded(
  stream: ReadableStream<Uint8Array>,
  bytesMax: number,
  signal?: AbortSignal,
): Promise<BoundedRead> {
  const reader = stream.getReader();
  // The cancellation is not awaited: a source may take its time, and a tee also waits for its other branch.
  const stop = () => {
    reader.cancel(signal?.reason).catch(ignore);
  };
  signal?.addEventListener('abort', stop);
  try {
    return await readChunks(reader, bytesMax, stop);
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

async function readChunks(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  bytesMax: number,
  stop: () => void,
): Promise<BoundedRead> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let next = await reader.read(); next.value !== undefined; next = await reader.read()) {
    if (!(next.value instanceof Uint8Array)) throw new TypeError('a body must be a stream of bytes');
    chunks.push(next.value);
    length += next.value.length;
    if (length > bytesMax) {
      stop();
      return { bytes: joined(chunks, length), isWhole: false };
    }
  }
  return { bytes: joined(chunks, length), isWhole: true };
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function ignore(): void {}
