import type { ServerResponse } from 'node:http';
import { type KeptResponse, receiptHeaders as receipts } from '../../core/kept-response.ts';

/** Whether a header describes the prepared body, which another answer replaces. */
function isOfTheBody(name: string): boolean {
  return (
    name.startsWith('content-') ||
    ['etag', 'last-modified', 'link', 'location', 'transfer-encoding', ...receipts].includes(name)
  );
}

/**
 * Sends an answer, regardless of what the response was prepared with. Headers that others set for each answer (CORS,
 * request ids, session cookies) stay.
 */
export function sendResponse(response: ServerResponse, answer: KeptResponse): void {
  for (const name of response.getHeaderNames()) {
    if (isOfTheBody(name) && !isPolicy(name)) response.removeHeader(name);
  }
  response.statusCode = answer.status;
  // HTTP/2 has no reason phrase, and Node warns about it.
  if (!(response.req.httpVersionMajor >= 2)) response.statusMessage = '';
  const seen = new Set<string>();
  for (const [name, value] of answer.headers) {
    if (seen.has(name)) response.appendHeader(name, value);
    else response.setHeader(name, value);
    seen.add(name);
  }
  if (answer.body.length === 0) {
    response.end();
    return;
  }
  // Node would do this too, but code that logs an answer would not see it.
  if (answer.status !== 204 && answer.status !== 304) {
    response.setHeader('content-length', Buffer.byteLength(answer.body));
  }
  response.end(answer.body);
}

/** Whether a header is a policy of the server. Its name begins like that of a header of the body. */
function isPolicy(name: string): boolean {
  return name.startsWith('content-security-policy');
}
