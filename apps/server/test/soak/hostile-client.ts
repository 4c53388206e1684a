import { Agent, request as send } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as passing } from 'node:timers/promises';
import { scaled, type Target } from './pattern.ts';

/** Pauses after a refusal or the end of a connection: hostile loops are bounded too. */
const pauseMs = { request: 20, connection: 200 };
/** On Linux, all of 127.0.0.0/8 is this machine. Hostile clients use another address than the honest ones. */
const localAddress = process.platform === 'linux' ? '127.0.0.2' : '127.0.0.1';

/** A request of a hostile client. */
export interface HostileRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The bytes of a request of this tenant; only the head if a length is given in place of a body. */
export function requestOf(
  { apiKey }: Target,
  method: string,
  path: string,
  { body = '', length, headers = [] }: { body?: string; length?: number; headers?: readonly string[] } = {},
): string {
  const bytes = length ?? Buffer.byteLength(body);
  const head = [
    `${method} /api/v1${path} HTTP/1.1`,
    'Host: localhost',
    `X-Api-Key: ${apiKey}`,
    ...(bytes === 0 && method === 'GET'
      ? []
      : ['Content-Type: application/json', `Content-Length: ${bytes}`]),
    ...headers,
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

/** Keeps this many connections open, and does this on each of them. A closed connection is opened again. */
export async function onConnections(
  target: Target,
  signal: AbortSignal,
  count: number,
  use: (socket: Socket) => Promise<void> | void,
): Promise<void> {
  const { hostname, port } = new URL(target.url);
  const open = new Set<Socket>();
  signal.addEventListener('abort', () => {
    for (const socket of open) socket.destroy();
  });
  const keep = async () => {
    while (!signal.aborted) {
      const socket = connect({ host: hostname, port: Number(port), localAddress });
      open.add(socket);
      socket.on('error', () => undefined);
      const closed = new Promise((resolve) => socket.once('close', resolve));
      const connected = new Promise((resolve) => socket.once('connect', resolve));
      await Promise.race([connected, closed]);
      if (!socket.destroyed) await use(socket);
      await closed;
      open.delete(socket);
      await rest(signal, pauseMs.connection);
    }
  };
  await Promise.all(Array.from({ length: scaled(target, count) }, keep));
}

/** Sends requests one after another on this many connections, and reads the answers. */
export async function onAgents(
  target: Target,
  signal: AbortSignal,
  count: number,
  path: string,
  request: () => HostileRequest,
): Promise<void> {
  const length = scaled(target, count);
  const agent = new Agent({ keepAlive: true, maxSockets: length, localAddress });
  const keep = async () => {
    while (!signal.aborted) {
      const status = await exchange(target, signal, agent, path, request());
      if (status === undefined || status >= 400) await rest(signal, pauseMs.request);
    }
  };
  await Promise.all(Array.from({ length }, keep));
  agent.destroy();
}

/** The status of the answer, once the whole answer was read; `undefined` if there was none. */
function exchange(
  { url, apiKey }: Target,
  signal: AbortSignal,
  agent: Agent,
  path: string,
  { method = 'GET', headers = {}, body }: HostileRequest,
): Promise<number | undefined> {
  return new Promise((resolve) => {
    const sent = send(`${url}${path}`, {
      method,
      agent,
      signal,
      headers: { 'x-api-key': apiKey, ...headers },
    });
    sent.on('response', (answer) => {
      answer.on('error', () => undefined).on('close', () => resolve(answer.statusCode));
      answer.resume();
    });
    sent.on('error', () => undefined).on('close', () => resolve(undefined));
    sent.end(body);
  });
}

/** Waits for a short time, or until the signal. */
async function rest(signal: AbortSignal, ms: number): Promise<void> {
  await passing(ms, undefined, { signal }).catch(() => undefined);
}
