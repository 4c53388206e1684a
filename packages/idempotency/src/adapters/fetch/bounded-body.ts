/** What a body is read for: nothing of a request that is too large is used, a handler must end what it streams. */
export type BeyondBound = 'cancel' | 'drain';

const encoder = new TextEncoder();

/**
 * Reads a body to its end. Of one that is larger than `bytesMax` it gives more than `bytesMax` bytes, and not all.
 *
 * @throws what the stream breaks off with
 */
export async function readBody(
  stream: ReadableStream,
  bytesMax: number,
  beyond: BeyondBound,
): Promise<Uint8Array> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (bytes > bytesMax) continue;
    const chunk = bytesOf(value);
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > bytesMax && beyond === 'cancel') {
      // Nobody waits for it: half of a body that was cloned is cancelled only when the other half is.
      reader.cancel().catch(() => undefined);
      break;
    }
  }
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
}

/** @throws {TypeError} for what no body may consist of */
function bytesOf(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  if (typeof chunk === 'string') return encoder.encode(chunk);
  throw new TypeError('a chunk of a body must be a Uint8Array');
}
