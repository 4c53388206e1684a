import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** A piece of a body, as a handler writes it. */
export type Chunk = string | Uint8Array;

/**
 * A copy of a piece of a body, to keep.
 *
 * @throws {TypeError} if Node would refuse it too
 */
export function chunkOf(chunk: unknown, encoding: unknown): Chunk {
  if (typeof chunk === 'string') {
    const isText = typeof encoding !== 'string' || encoding === 'utf8' || encoding === 'utf-8';
    return isText ? chunk : Buffer.from(chunk, bufferEncoding(encoding));
  }
  // The handler may use its buffer again after the write.
  if (chunk instanceof Uint8Array) return Buffer.from(chunk);
  throw new TypeError('a chunk of an answer must be a string, a Buffer or a Uint8Array');
}

function bufferEncoding(encoding: string): BufferEncoding {
  if (Buffer.isEncoding(encoding)) return encoding;
  throw new TypeError(`unknown encoding: ${encoding}`);
}

/** Joins all pieces: as text if they were written as text. */
export function joined(chunks: readonly Chunk[]): Chunk {
  if (chunks.length <= 1) return chunks[0] ?? '';
  return Buffer.concat(chunks.map((chunk) => (typeof chunk === 'string' ? Buffer.from(chunk) : chunk)));
}

/** Sets headers in any form that `writeHead` accepts: an object, a flat list of names and values, or a list of pairs. */
export function setHeaders(
  response: ServerResponse,
  headers: OutgoingHttpHeaders | readonly unknown[] | undefined,
): void {
  if (headers === undefined || headers === null) return;
  if (isList(headers)) {
    for (const [name, values] of grouped(headers))
      response.setHeader(name, values.length === 1 ? (values[0] ?? '') : values);
    return;
  }
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    if (value !== undefined) response.setHeader(name, value);
  }
}

/** Groups the values by name, because a name may occur more than once. */
function grouped(list: readonly unknown[]): Iterable<readonly [name: string, values: readonly string[]]> {
  const byName = new Map<string, readonly [string, string[]]>();
  for (const [name, value] of pairs(list)) {
    const entry = byName.get(name.toLowerCase()) ?? [name, []];
    byName.set(name.toLowerCase(), entry);
    for (const one of Array.isArray(value) ? value : [value]) entry[1].push(String(one));
  }
  return byName.values();
}

function* pairs(list: readonly unknown[]): Generator<readonly [name: string, value: unknown]> {
  if (Array.isArray(list[0])) {
    for (const pair of list) if (Array.isArray(pair)) yield [String(pair[0]), pair[1]];
    return;
  }
  for (let at = 0; at + 1 < list.length; at += 2) yield [String(list[at]), list[at + 1]];
}

function isList(headers: OutgoingHttpHeaders | readonly unknown[]): headers is readonly unknown[] {
  return Array.isArray(headers);
}
