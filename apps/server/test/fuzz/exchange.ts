import { Buffer } from 'node:buffer';
import { connect } from 'node:net';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { RawAnswer } from '../harness/raw-http.ts';

/** The bytes that a server sent on a connection. */
export interface Exchanged {
  /** complete answers, without interim ones */
  readonly answers: readonly RawAnswer[];
  /** bytes that are not a complete answer */
  readonly rest: Buffer;
  /** whether the server did not end the connection within the bound */
  readonly isHung: boolean;
}

export interface Sending {
  /** what the client does after it has written everything; by default it waits for the server to end the connection */
  readonly then?: 'wait' | 'half-close' | 'reset';
  readonly isHead?: boolean;
  /** the time within which the server must end the connection */
  readonly boundMs: number;
  /** writes the bytes in pieces of this size, with this pause before each piece */
  readonly drip?: { readonly pieceBytes: number; readonly everyMs: number };
}

/** Sends bytes on a separate connection, and collects the answer until the server ends the connection. */
export function exchange(url: string, bytes: Buffer, sending: Sending): Promise<Exchanged> {
  const { hostname, port } = new URL(url);
  const { promise, resolve, reject } = Promise.withResolvers<Exchanged>();
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  const pieces: Buffer[] = [];
  let dripping: NodeJS.Timeout | undefined;
  let isConnected = false;
  const finish = (isHung: boolean) => {
    clearTimeout(bound);
    clearInterval(dripping);
    socket.destroy();
    resolve({ ...answersIn(Buffer.concat(pieces), sending.isHead === true), isHung });
  };
  const bound = setTimeout(() => finish(true), sending.boundMs);
  socket.on('data', (piece: Buffer) => pieces.push(piece));
  socket.on('end', () => finish(false));
  // A server may refuse and close before it has read everything: only the answer that it sent before counts.
  socket.on('error', (error) => (isConnected ? finish(false) : reject(error)));
  socket.on('close', () => finish(false));
  const written = () => {
    if (sending.then === 'half-close') socket.end();
    if (sending.then === 'reset') socket.resetAndDestroy();
  };
  socket.on('connect', () => {
    isConnected = true;
    const { drip } = sending;
    if (drip === undefined) {
      socket.write(bytes, written);
      return;
    }
    let sent = 0;
    dripping = setInterval(() => {
      socket.write(bytes.subarray(sent, sent + drip.pieceBytes));
      sent += drip.pieceBytes;
      if (sent >= bytes.length) clearInterval(dripping);
    }, drip.everyMs);
  });
  return promise;
}

/** Splits the received bytes into answers, by their own lengths. */
function answersIn(received: Buffer, isHead: boolean): Pick<Exchanged, 'answers' | 'rest'> {
  const answers: RawAnswer[] = [];
  let rest = received;
  for (;;) {
    const headEnd = rest.indexOf('\r\n\r\n');
    if (headEnd < 0) return { answers, rest };
    const head = rest.subarray(0, headEnd).toString('latin1');
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1]);
    const headers = headersIn(head);
    const isBare = isHead || status < 200 || status === 204 || status === 304;
    const body = isBare ? { bytes: Buffer.alloc(0), end: 0 } : bodyIn(rest.subarray(headEnd + 4), headers);
    if (body === undefined || Number.isNaN(status)) return { answers, rest };
    rest = rest.subarray(headEnd + 4 + body.end);
    if (status >= 200) answers.push({ status, headers, body: textOf(body.bytes, headers) });
  }
}

function headersIn(head: string): ReadonlyMap<string, string> {
  const lines = head.split('\r\n').slice(1);
  return new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
}

/** A body without its content coding. An empty body, as of a HEAD, has no coding. */
function textOf(bytes: Buffer, headers: ReadonlyMap<string, string>): string {
  const coding = bytes.length === 0 ? undefined : headers.get('content-encoding');
  if (coding === 'gzip') return gunzipSync(bytes).toString();
  return (coding === 'br' ? brotliDecompressSync(bytes) : bytes).toString();
}

interface Body {
  readonly bytes: Buffer;
  readonly end: number;
}

function bodyIn(received: Buffer, headers: ReadonlyMap<string, string>): Body | undefined {
  if (headers.get('transfer-encoding') === 'chunked') return chunkedBody(received);
  const end = Number(headers.get('content-length') ?? Number.NaN);
  return received.length >= end ? { bytes: received.subarray(0, end), end } : undefined;
}

function chunkedBody(received: Buffer): Body | undefined {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = received.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const length = Number.parseInt(received.subarray(at, lineEnd).toString(), 16);
    const start = lineEnd + 2;
    if (!(received.length >= start + length + 2)) return undefined;
    if (length === 0) return { bytes: Buffer.concat(chunks), end: start + 2 };
    chunks.push(received.subarray(start, start + length));
    at = start + length + 2;
  }
}
