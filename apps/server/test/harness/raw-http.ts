import { connect, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { onEnd } from './on-end.ts';

/** An answer as it was received. */
export interface RawAnswer {
  readonly status: number;
  /** lower-case names; for a repeated header, the last value */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** A TCP connection to a server, for bytes that no HTTP client would send. */
export interface RawConnection {
  readonly socket: Socket;
  /** Resolves once the kernel has the bytes. */
  write(bytes: string | Buffer): Promise<void>;
  /** Returns the next answer, including interim ones. Rejects if the connection ends before an answer is complete. */
  answer(): Promise<RawAnswer>;
}

export async function connectTo(t: TestContext, url: string): Promise<RawConnection> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  onEnd(t, () => socket.destroy());
  let received = Buffer.alloc(0);
  let ended: string | undefined;
  let wake = (): void => {};
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    wake();
  });
  const end = (why: string) => {
    ended ??= why;
    wake();
  };
  socket.on('error', (error) => end(String(error)));
  socket.on('end', () => end('the server ended the connection'));
  socket.on('close', () => end('the connection is closed'));
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return {
    socket,
    write: (bytes) =>
      new Promise((resolve, reject) => {
        socket.write(bytes, (error) => (error ? reject(error) : resolve()));
      }),
    answer: async () => {
      for (;;) {
        const parsed = parseAnswer(received);
        if (parsed !== undefined) {
          received = received.subarray(parsed.bytes);
          return parsed.answer;
        }
        if (ended !== undefined) throw new Error(`${ended}, after ${JSON.stringify(received.toString())}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

/** Sends bytes on a separate connection and returns the first answer. */
export async function rawExchange(t: TestContext, url: string, bytes: string | Buffer): Promise<RawAnswer> {
  const connection = await connectTo(t, url);
  const answer = connection.answer();
  // The server may refuse and close before it has read everything: only its answer counts.
  connection.write(bytes).catch(() => undefined);
  try {
    return await answer;
  } finally {
    connection.socket.destroy();
  }
}

/** The bytes of a request with a JSON body. `headers` are complete header lines. */
export function rawPost(path: string, body: string | Buffer, headers: readonly string[] = []): Buffer {
  const bytes = Buffer.from(body);
  const head = [
    `POST /api/v1${path} HTTP/1.1`,
    'Host: localhost',
    'Content-Type: application/json',
    `Content-Length: ${bytes.length}`,
    ...headers,
  ];
  // Header lines are latin1, so that a test can send any byte in them.
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), bytes]);
}

/** Parses one answer from the received bytes, if it is complete. Every answer of ours has a length. */
function parseAnswer(bytes: Buffer): { readonly answer: RawAnswer; readonly bytes: number } | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const [statusLine = '', ...lines] = bytes.subarray(0, headEnd).toString('latin1').split('\r\n');
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const end = headEnd + 4 + Number(headers.get('content-length') ?? 0);
  if (bytes.length < end) return undefined;
  const status = Number(statusLine.split(' ')[1]);
  return { answer: { status, headers, body: bytes.subarray(headEnd + 4, end).toString() }, bytes: end };
}
