import { Buffer } from 'node:buffer';
import { ask, type BadRequest, bare } from './request.ts';

const text = '{"agent":"agent-7","serviceId":"search","requests":3}';
const json = 'Content-Type: application/json';

function broken(what: string, bytes: string | Buffer): BadRequest {
  return { what, bytes, status: 400, code: 'invalid_request' };
}

function tooLarge(what: string, bytes: string): BadRequest {
  return { what, bytes, status: 431, code: 'headers_too_large' };
}

/** Bytes that are not a request of HTTP/1.1. */
export const badHttp: readonly BadRequest[] = [
  broken('no HTTP at all', 'hello\r\n\r\n'),
  broken('a space in the path', ask('GET /api/v1/a b')),
  broken('no Host', 'GET /health HTTP/1.1\r\n\r\n'),
  broken('two Hosts', ask('GET /health', 'Host: elsewhere.example')),
  broken(
    'two Authorizations',
    ask('GET /api/v1/stats', 'Authorization: Bearer a', 'authorization: Bearer b'),
  ),
  broken('two API keys', ask('GET /api/v1/stats', 'X-API-Key: a', 'X-API-Key: a')),
  broken('two tenants', ask('GET /api/v1/stats', 'X-Tenant: a', 'X-Tenant: b')),
  broken(
    'two Content-Types',
    bare('/usage', text, json, 'Content-Type: text/plain', `Content-Length: ${text.length}`),
  ),
  broken('the same Content-Type twice', bare('/usage', text, json, json, `Content-Length: ${text.length}`)),
  {
    what: 'two Idempotency-Keys',
    bytes: bare(
      '/usage',
      text,
      json,
      'Idempotency-Key: a',
      'Idempotency-Key: a',
      `Content-Length: ${text.length}`,
    ),
    status: 400,
    code: 'invalid_idempotency_key',
  },
  broken(
    'no version',
    bare('/usage', text, json, `Content-Length: ${text.length}`).toString().replace(' HTTP/1.1', ''),
  ),
  broken('HTTP/2.0 in clear', ask('GET /health').replace('1.1', '2.0')),
  broken('broken chunking', bare('/usage', 'zz\r\n{}\r\n0\r\n\r\n', json, 'Transfer-Encoding: chunked')),
  broken(
    'a length and chunks',
    bare('/usage', '0\r\n\r\n', json, 'Content-Length: 4', 'Transfer-Encoding: chunked'),
  ),
  broken('two lengths', bare('/usage', text, json, `Content-Length: ${text.length}`, 'Content-Length: 5')),
  broken('a length that is none', bare('/usage', text, json, 'Content-Length: -1')),
  broken('U+0000 in a header', ask('GET /health', 'X-Zero: a\u0000b')),
  broken('a raw byte in the path', Buffer.from(ask('GET /api/v1/services/\u00ff'), 'latin1')),
  tooLarge('a large header', ask('GET /health', `X-Large: ${'x'.repeat(20_000)}`)),
  tooLarge('a large path', ask(`GET /api/v1/${'a'.repeat(20_000)}`)),
];
