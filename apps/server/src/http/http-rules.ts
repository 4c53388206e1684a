import type { IncomingMessage } from 'node:http';
import { ApiError } from './api-error.ts';

/**
 * Fields that a request may have only once. If one is repeated, Node drops a line or joins the two, and a proxy in
 * front may use the other line. The lines of `Idempotency-Key` are checked where it is used, and Node's parser accepts
 * only one `Content-Length`.
 */
const singleFields: ReadonlyMap<string, string> = new Map(
  ['Host', 'Authorization', 'Content-Type', 'X-API-Key', 'X-Tenant'].map((name) => [
    name.toLowerCase(),
    name,
  ]),
);

/**
 * Enforces the rules of HTTP that Node leaves to its users. If a proxy in front interprets a request differently from
 * this server, a second request may be hidden in it.
 *
 * @throws {ApiError} `invalid_request`
 */
export function refuseMalformed(request: IncomingMessage): void {
  const { headers, httpVersion, httpVersionMajor, rawHeaders } = request;
  if (httpVersionMajor !== 1) {
    throw new ApiError('invalid_request', `this server supports HTTP/1.1, not HTTP/${httpVersion}`);
  }
  // With as many fields as lines, no field is repeated, and their names need not be looked at.
  if (Object.keys(headers).length * 2 !== rawHeaders.length) refuseRepeated(rawHeaders);
  if (headers.host === undefined && httpVersion === '1.1')
    throw new ApiError('invalid_request', 'the request has no Host header');
}

function refuseRepeated(rawHeaders: readonly string[]): void {
  const seen = new Set<string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = singleFields.get((rawHeaders[index] ?? '').toLowerCase());
    if (name === undefined) continue;
    if (seen.has(name)) throw new ApiError('invalid_request', `the request has more than one ${name} header`);
    seen.add(name);
  }
}
