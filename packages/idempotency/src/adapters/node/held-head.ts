import { type OutgoingHttpHeader, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { inside } from './response-inside.ts';
import { setHeaders } from './written.ts';

// The head of a held response: from the first write on, Node and the handler treat it as sent.

/** Stored where Node keeps the head of a response, once the head counts as sent. */
const headHeld = 'held back';

/** Whether the head counts as sent: Node then refuses to change it. */
export function hasBegunHead(response: ServerResponse): boolean {
  return inside(response)._header !== null;
}

/**
 * From now on the head counts as sent. Libraries such as `on-headers` install their own `writeHead` on a response, to
 * set headers when the first byte is written. Node calls that function, and so do we.
 */
export function beginHead(response: ServerResponse): void {
  if (!hasBegunHead(response)) response.writeHead(response.statusCode);
  inside(response)._header ??= headHeld;
}

/** What a held response does in place of `writeHead`. */
export function writeHeldHead(
  response: ServerResponse,
  status: number,
  reason?: string | OutgoingHttpHeaders | OutgoingHttpHeader[],
  more?: OutgoingHttpHeaders | OutgoingHttpHeader[],
): void {
  checkStatus(status);
  // Node throws the error for a second head.
  if (hasBegunHead(response)) ServerResponse.prototype.writeHead.call(response, status);
  response.statusCode = status;
  if (typeof reason === 'string') response.statusMessage = reason;
  setHeaders(response, typeof reason === 'string' ? more : (reason ?? more));
  inside(response)._header = headHeld;
}

/** Returns the head to Node: it is sent with the first byte. */
export function giveHeadBack(response: ServerResponse): void {
  inside(response)._header = null;
}

/**
 * Creates the head, for the body that follows now.
 *
 * @param writeHead the function of the response before it was held
 */
export function sendHead(response: ServerResponse, writeHead: ServerResponse['writeHead']): void {
  giveHeadBack(response);
  writeHead.call(response, response.statusCode);
}

/** @throws {RangeError} if it is not a valid status, as Node does */
export function checkStatus(status: number): void {
  if (Number.isInteger(status) && status >= 100 && status <= 999) return;
  throw new RangeError(`Invalid status code: ${status}`);
}
