import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';

/** A request as it is sent on the wire: only `Host` and `Content-Length` are added. */
export interface WireRequest {
  readonly method?: string;
  /** path and query */
  readonly path: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string | Uint8Array;
  /** sends the body in chunks of this many bytes, without `Content-Length` */
  readonly chunkBytes?: number;
}

/** An answer as it arrived on the wire; only chunks are decoded. */
export interface WireAnswer {
  readonly status: number;
  /** names in lower case, in their order */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** The value of a header, with all its lines joined; `undefined` if there is none. */
export function header(answer: WireAnswer, name: string): string | undefined {
  const values = answer.headers.filter(([own]) => own === name).map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(', ');
}

/** The JSON value of an answer. */
export function json(answer: WireAnswer): unknown {
  return JSON.parse(answer.body.toString());
}

function headerLines({ headers = [], body, chunkBytes }: WireRequest, port: number): string[] {
  const lines = ['Host', `127.0.0.1:${port}`];
  for (const [name, value] of headers) lines.push(name, value);
  if (chunkBytes !== undefined) lines.push('Transfer-Encoding', 'chunked');
  else lines.push('Content-Length', String(Buffer.byteLength(body ?? '')));
  return lines;
}

/** Sends a request and reads its answer. Rejects if the connection breaks. */
export function send(port: number, wire: WireRequest, agent?: Agent): Promise<WireAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<WireAnswer>();
  const headers = headerLines(wire, port);
  const outgoing = request({
    host: '127.0.0.1',
    port,
    agent: agent ?? new Agent(),
    method: wire.method ?? 'POST',
    path: wire.path,
    headers,
  });
  outgoing.on('error', reject);
  outgoing.on('response', (incoming) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('error', reject);
    incoming.on('end', () => {
      const pairs: [string, string][] = [];
      for (let at = 0; at + 1 < incoming.rawHeaders.length; at += 2) {
        pairs.push([(incoming.rawHeaders[at] ?? '').toLowerCase(), incoming.rawHeaders[at + 1] ?? '']);
      }
      resolve({ status: incoming.statusCode ?? 0, headers: pairs, body: Buffer.concat(chunks) });
    });
  });
  const body = Buffer.from(wire.body ?? '');
  const step = wire.chunkBytes ?? body.length;
  for (let at = 0; at < body.length; at += step) outgoing.write(body.subarray(at, at + step));
  outgoing.end();
  return promise;
}

/** The bytes of a request on the wire. */
export function onTheWire(port: number, wire: WireRequest): string {
  const lines = headerLines(wire, port);
  let text = `${wire.method ?? 'POST'} ${wire.path} HTTP/1.1\r\n`;
  for (let at = 0; at < lines.length; at += 2) text += `${lines[at]}: ${lines[at + 1]}\r\n`;
  return `${text}\r\n${Buffer.from(wire.body ?? '').toString('latin1')}`;
}

/** Opens a connection and writes to it; the answer is discarded. */
export async function write(port: number, bytes: string): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect(port, '127.0.0.1');
  socket.on('error', reject);
  socket.resume();
  socket.write(bytes, 'latin1', (error) => (error ? reject(error) : resolve()));
  await promise;
  return socket;
}
