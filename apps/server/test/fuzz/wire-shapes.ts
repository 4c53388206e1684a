import { Buffer } from 'node:buffer';
import { bytesOf, type FuzzRequest, headOf, withHeader } from './request.ts';

/** A change of the bytes of a request that its parts cannot express. */
export interface WireShape {
  readonly what: string;
  readonly bytes: (request: FuzzRequest) => Buffer;
  /** the statuses of the answer; absent if the changed bytes are still the same request */
  readonly statuses?: readonly number[];
  /** whether the connection may end without an answer, because the client broke the rules after its request */
  readonly mayBeSilent?: true;
}

const bodyOf = ({ body }: FuzzRequest) => body ?? Buffer.alloc(0);

function framed(request: FuzzRequest, lengths: readonly string[], body: Buffer | string): Buffer {
  return Buffer.concat([Buffer.from(headOf(request, lengths), 'latin1'), Buffer.from(body)]);
}

/** Sends the body as chunks of a size. A function writes each chunk. */
function chunked(
  request: FuzzRequest,
  bytesMax: number,
  chunk: (piece: Buffer) => string,
  end = '0\r\n\r\n',
) {
  const body = bodyOf(request);
  const pieces: string[] = [];
  for (let at = 0; at < body.length; at += bytesMax) {
    pieces.push(chunk(body.subarray(at, at + bytesMax)));
  }
  return framed(request, ['Transfer-Encoding: chunked'], Buffer.from(pieces.join('') + end, 'latin1'));
}

const plainChunk = (piece: Buffer) => `${piece.length.toString(16)}\r\n${piece.toString('latin1')}\r\n`;

function brokenChunk(what: string, chunk: (piece: Buffer) => string, end?: string): WireShape {
  return { what, bytes: (request) => chunked(request, 1_000, chunk, end), statuses: [400, 408, 413, 431] };
}

/** Header lines for the length of the body that are wrong or contradict each other. */
function badLength(...lines: readonly string[]): WireShape {
  const bytes = (request: FuzzRequest) =>
    framed(
      request,
      lines.map((line) => line.replace('LENGTH', String(bodyOf(request).length))),
      bodyOf(request),
    );
  return { what: lines.join(', '), bytes, statuses: [400] };
}

/** Changes the text of the head, byte by byte. */
function head(what: string, change: (text: string) => string, statuses?: readonly number[]): WireShape {
  const bytes = (request: FuzzRequest) => {
    const whole = bytesOf(request);
    const end = whole.indexOf('\r\n\r\n') + 4;
    const changed = change(whole.subarray(0, end).toString('latin1'));
    return Buffer.concat([Buffer.from(changed, 'latin1'), whole.subarray(end)]);
  };
  return { what, bytes, ...(statuses === undefined ? {} : { statuses }) };
}

const withLine = (line: string) => (text: string) => text.replace('\r\n', `\r\n${line}\r\n`);
const badLine = (line: string) => head(JSON.stringify(line), withLine(line), [400]);
const badStart = (what: string, from: RegExp, to: string) =>
  head(what, (text) => text.replace(from, to), [400]);
const many = (count: number) =>
  Array.from({ length: count }, (_, index) => `x${index.toString(36)}:`).join('\r\n');

const chunks: readonly WireShape[] = [
  { what: 'chunks of one byte', bytes: (request) => chunked(request, 1, plainChunk) },
  { what: 'one chunk', bytes: (request) => chunked(request, 1e9, plainChunk) },
  {
    what: 'chunks with extensions',
    bytes: (request) => chunked(request, 7, (piece) => plainChunk(piece).replace('\r\n', ';a=b;c="d"\r\n')),
  },
  {
    what: 'a trailer that names another key',
    bytes: (request) => chunked(request, 100, plainChunk, '0\r\nIdempotency-Key: other\r\n\r\n'),
  },
  brokenChunk('a chunk size that is no number', (piece) => `zz\r\n${piece}\r\n`),
  brokenChunk('a chunk size below 0', (piece) => `-1\r\n${piece}\r\n`),
  brokenChunk('a chunk size of 80 bits', (piece) => `fffffffffffffffffff\r\n${piece}\r\n`),
  brokenChunk(
    'a chunk size in hexadecimal notation',
    (piece) => `0x${piece.length.toString(16)}\r\n${piece}\r\n`,
  ),
  brokenChunk('a chunk that is longer than it says', (piece) => `1\r\n${piece}xx\r\n`),
  brokenChunk('a chunk without its end', (piece) => `${piece.length.toString(16)}\r\n${piece}`),
  brokenChunk('chunks between line feeds', (piece) => `${piece.length.toString(16)}\n${piece}\n`),
  brokenChunk('an extension of 40,000', (piece) =>
    plainChunk(piece).replace('\r\n', `;${'e'.repeat(40_000)}\r\n`),
  ),
  brokenChunk('trailers of 40,000', plainChunk, `0\r\nX-Large: ${'t'.repeat(40_000)}\r\n\r\n`),
];

const lengths: readonly WireShape[] = [
  badLength('Content-Length: LENGTH', 'Transfer-Encoding: chunked'),
  badLength('Transfer-Encoding: chunked', 'Content-Length: LENGTH'),
  badLength('Content-Length: LENGTH', 'Content-Length: 1'),
  badLength('Content-Length: LENGTH', 'Content-Length: LENGTH'),
  badLength('Content-Length: LENGTH, LENGTH'),
  badLength('Content-Length: +LENGTH'),
  badLength('Content-Length: -1'),
  badLength('Content-Length: 0x10'),
  badLength('Content-Length: 1e2'),
  badLength('Content-Length: 99999999999999999999999'),
  badLength('Content-Length: LENGTH LENGTH'),
  badLength('Transfer-Encoding: xchunked'),
  badLength('Transfer-Encoding: chunked, identity'),
  badLength('Transfer-Encoding: \u000bchunked'),
  badLength('Transfer-Encoding : chunked'),
  badLength('Transfer-Encoding: chunked', 'Transfer-Encoding: identity'),
  badLength('Content-Length : LENGTH'),
];

const heads: readonly WireShape[] = [
  badLine('no colon here'),
  badLine('X Y: z'),
  badLine(': nameless'),
  badLine(' folded: onto nothing'),
  badLine('X-Folded: a\r\n b'),
  badLine('X-Zero: a\u0000b'),
  badLine('X-Return: a\rb'),
  badLine('X-N\u00e9: a'),
  badLine('Host: elsewhere.example'),
  head('two spaces in the request line', (text) => text.replace(' ', '  ')),
  badStart('a tab in the request line', / /, '\t'),
  badStart('no version', / HTTP\/1\.1/, ''),
  badStart('HTTP/0.9', /HTTP\/1\.1/, 'HTTP/0.9'),
  badStart('HTTP/1.2', /HTTP\/1\.1/, 'HTTP/1.2'),
  badStart('HTTP/2.0', /HTTP\/1\.1/, 'HTTP/2.0'),
  badStart('HTTP/9.9', /HTTP\/1\.1/, 'HTTP/9.9'),
  badStart('http/1.1', /HTTP\/1\.1/, 'http/1.1'),
  badStart('a method in small letters', /^[A-Z]+/, 'post'),
  badStart('a method of no name', /^[A-Z]+/, 'JUMP'),
  badStart('a raw byte in the path', /\/api/, '/\u00e4pi'),
  badStart('U+0000 in the path', /\/api/, '/\u0000api'),
  badStart('no Host', /Host: .*\r\n/, ''),
  head('a Host of no form', (text) => text.replace(/Host: .*\r\n/, 'Host: a b/c\r\n'), [400, 403]),
  head('line feeds alone', (text) => text.replaceAll('\r\n', '\n'), [400]),
  head('an empty line before it', (text) => `\r\n${text}`),
  head('names in small letters', (text) => text.replace(/\r\n[A-Za-z-]+:/g, (name) => name.toLowerCase())),
  head('no space behind the colons', (text) => text.replaceAll(': ', ':')),
  head('700 tiny headers before the others', withLine(many(700))),
  head('2,400 tiny headers before the others', withLine(many(2_400)), [431]),
  head('an absolute target', (text) => text.replace(' /', ' http://localhost/')),
  head('a target elsewhere', (text) => text.replace(' /', ' http://elsewhere.example/')),
  head('the target *', (text) => text.replace(/ \S+ /, ' * '), [400, 404]),
  head('an authority as target', (text) => text.replace(/ \S+ /, ' localhost:80 '), [400, 404]),
  head('an expectation that is none', withLine('Expect: the unexpected')),
];

const others: readonly WireShape[] = [
  {
    what: 'another request behind it that is not to be taken',
    bytes: (request) => {
      const smuggled = bytesOf(withHeader(request, 'Idempotency-Key', 'smuggled'));
      return Buffer.concat([bytesOf(request), smuggled]);
    },
    mayBeSilent: true,
  },
  {
    what: 'garbage behind it',
    bytes: (request) => Buffer.concat([bytesOf(request), Buffer.from('garbage\r\n\r\n')]),
    mayBeSilent: true,
  },
  { what: 'a TLS handshake', bytes: () => Buffer.from('16030100d4010000d00303', 'hex'), statuses: [400] },
  {
    what: 'the preface of HTTP/2',
    bytes: () => Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    statuses: [400, 505],
  },
];

/** All shapes, valid and invalid. */
export const wireShapes: readonly WireShape[] = [...chunks, ...lengths, ...heads, ...others];
