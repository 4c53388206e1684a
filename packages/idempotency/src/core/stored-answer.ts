import type { KeptHeader, KeptResponse } from './kept-response.ts';
import type { StoredAnswer } from './store.ts';

// An answer is stored as it would look on the wire: status, header lines, an empty line, the body.
//   201
//   content-type: application/json
//
//   {"id":7}

/** Encodes a response for a store: as text if its body is text, otherwise as bytes. */
export function encodeAnswer(response: KeptResponse): StoredAnswer {
  const head = headOf(response);
  if (typeof response.body === 'string') return head + response.body;
  return Buffer.concat([Buffer.from(head), response.body]);
}

// Most answers of an API have one of a few heads. A store in memory keeps each head only once.
const heads = new Map<string, string>();
const headsMax = 256;
/**
 * The last common head. Most often the next answer has the same head, and comparing its parts costs less than encoding
 * it.
 */
let last: { readonly of: Pick<KeptResponse, 'status' | 'headers'>; readonly head: string } | undefined;

function headOf({ status, headers }: KeptResponse): string {
  if (last !== undefined && isSameHead(last.of, status, headers)) return last.head;
  let head = `${status}\n`;
  let isCommon = true;
  for (const [name, value] of headers) {
    head += `${name}: ${value}\n`;
    isCommon &&= name.startsWith('content-');
  }
  head += '\n';
  // A head with an entity tag or a location is unique, so it is not kept for reuse.
  if (!isCommon) return head;
  last = { of: { status, headers }, head: sharedHead(head) };
  return last.head;
}

function sharedHead(head: string): string {
  const known = heads.get(head);
  if (known !== undefined) return known;
  if (heads.size >= headsMax) heads.clear();
  heads.set(head, head);
  return head;
}

function isSameHead(
  known: Pick<KeptResponse, 'status' | 'headers'>,
  status: number,
  headers: KeptResponse['headers'],
): boolean {
  if (known.status !== status || known.headers.length !== headers.length) return false;
  return known.headers.every(([name, value], at) => headers[at]?.[0] === name && headers[at]?.[1] === value);
}

/**
 * Decodes a response. The body is text or bytes, as the store returned it: the same bytes on the wire.
 *
 * @throws {Error} if `encodeAnswer` did not write it
 */
export function decodeAnswer(stored: StoredAnswer): KeptResponse {
  if (typeof stored === 'string') {
    const end = stored.indexOf('\n\n');
    return withHead(stored.slice(0, Math.max(end, 0)), stored.slice(end + 2));
  }
  const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
  const end = bytes.indexOf('\n\n');
  return withHead(bytes.toString('utf8', 0, Math.max(end, 0)), bytes.subarray(end + 2));
}

function withHead(head: string, body: string | Uint8Array): KeptResponse {
  const [statusLine = '', ...lines] = head.split('\n');
  const status = Number(statusLine);
  if (!Number.isInteger(status) || status < 100 || status > 999)
    throw new Error('a stored answer has no status');
  return { status, headers: lines.map(parseHeader), body };
}

function parseHeader(line: string): KeptHeader {
  const at = line.indexOf(': ');
  if (at <= 0) throw new Error('a stored answer has a broken header');
  return [line.slice(0, at), line.slice(at + 2)];
}

/** How many bytes a text or bytes take on the wire. */
export function bodyBytes(body: string | Uint8Array): number {
  return typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
}
