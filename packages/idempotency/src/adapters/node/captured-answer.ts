import type { ServerResponse } from 'node:http';
import type { KeptHeader, KeptResponse } from '../../core/kept-response.ts';
import { withoutContentCoding } from './content-coding.ts';
import type { Chunk } from './written.ts';

/** The answer of a handler, without the content coding that a layer between the handler and us added. */
export function capturedAnswer(response: ServerResponse, body: Chunk, bodyBytesMax: number): KeptResponse {
  const headers = headersOf(response);
  const status = response.statusCode;
  const coding = response.getHeader('content-encoding');
  if (coding === undefined || body.length === 0) return { status, headers, body };
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const isTooLarge = bytes.length > bodyBytesMax;
  const decoded = isTooLarge ? bytes : withoutContentCoding(bytes, String(coding), bodyBytesMax);
  // If it cannot be decoded, or is too large after decoding, it cannot be replayed to a client that does not accept the
  // coding. It is then not kept, like an answer over the limit.
  return { status, headers, body: decoded ?? new Uint8Array(bodyBytesMax + 1) };
}

/** An answer that was sent while it was written, because it is too large to keep. */
export function largeAnswer(response: ServerResponse, bodyBytesMax: number): KeptResponse {
  const body = new Uint8Array(bodyBytesMax + 1);
  return { status: response.statusCode, headers: headersOf(response), body };
}

function headersOf(response: ServerResponse): KeptHeader[] {
  const headers: KeptHeader[] = [];
  const set = response.getHeaders();
  for (const name in set) {
    const value = set[name] ?? '';
    if (Array.isArray(value)) for (const one of value) headers.push([name, one]);
    else headers.push([name, String(value)]);
  }
  return headers;
}
