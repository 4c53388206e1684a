import { Buffer } from 'node:buffer';
import { gzipSync } from 'node:zlib';
import { type BadRequest, bare } from './request.ts';

const text = '{"agent":"agent-7","serviceId":"search","requests":3}';
const big = ' '.repeat(1_048_576) + text;
const gzipped = gzipSync(text);
const json = 'Content-Type: application/json';
const length = (body: string | Buffer) => `Content-Length: ${Buffer.byteLength(body)}`;

function unsupported(what: string, body: string | Buffer, ...headers: string[]): BadRequest {
  const bytes = bare('/usage', body, ...headers, length(body));
  return { what, bytes, status: 415, code: 'unsupported_media_type' };
}

function tooLarge(what: string, bytes: Buffer): BadRequest {
  return { what, bytes, status: 413, code: 'payload_too_large' };
}

/** Media types, content codings and sizes that are not accepted. */
export const badMedia: readonly BadRequest[] = [
  unsupported('no media type', text),
  unsupported('text/plain', text, 'Content-Type: text/plain'),
  unsupported('a form', 'a=1', 'Content-Type: application/x-www-form-urlencoded'),
  unsupported('a broken media type', text, 'Content-Type: ;;;'),
  unsupported('gzip', gzipped, json, 'Content-Encoding: gzip'),
  tooLarge('a body over 1 MiB', bare('/usage', big, json, length(big))),
  tooLarge('a body over 1 MiB, announced', bare('/usage', '', json, 'Content-Length: 1048577')),
  tooLarge('a bulk over 8 MiB, announced', bare('/usage/bulk', '', json, 'Content-Length: 8388609')),
  tooLarge(
    'a body over 1 MiB, in chunks',
    bare('/usage', `${big.length.toString(16)}\r\n${big}\r\n0\r\n\r\n`, json, 'Transfer-Encoding: chunked'),
  ),
];
