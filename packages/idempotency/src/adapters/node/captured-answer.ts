import type { ServerResponse } from 'node:http';
import type { KeptHeader, KeptResponse } from '../../core/kept-response.ts';
import { withoutContentCoding } from './content-coding.ts';
import type { Chunk } from './written.ts';

/** The answer that a handler gave, without the content coding that something between the handler and us gave it. */
export function capturedAnswer(response: ServerResponse, body: Chunk, bodyBytesMax: number): KeptResponse {
  const headers = headersOf(response);
  const status = response.statusCode;
  const coding = response.getHeader('content-encoding');
  if (coding === undefined || body.length === 0) return { status, headers, body };
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const isTooLarge = bytes.length > bodyBytesMax;
  const decoded = isTooLarge ? bytes : withoutContentCoding(bytes, String(coding), bodyBytesMax);
  // What cannot be decoded, or is too large when it is, cannot be replayed to a client that takes no such coding: it is
  // not kept, as an answer over the bound.
  return { status, headers, body: decoded ?? new Uint8Array(bodyBytesMax + 1) };
}

/** An answer that was sent while it was written, for it is too large to be kept. */
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
