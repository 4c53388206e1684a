// How long reads of one tenant slow down the short reads of another, as ratios within one run:
// node bench/reads.ts [ENTRIES] [MAIN], where MAIN is the main.ts of another version; BENCH_ENGINE=postgres for the other engine.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { benchDatabase } from './database.ts';
import { loadHttp } from './http-load.ts';
import { startServer } from './server-process.ts';

const adminKey = randomBytes(32).toString('hex');
const entries = Number(process.argv[2] ?? 300_000);
const main = process.argv[3] ?? 'apps/server/src/main.ts';
const durationMs = 4_000;

const database = await benchDatabase();
const server = await startServer(main, {
  PORT: '0',
  LOG_LEVEL: 'warn',
  ADMIN_API_KEY: adminKey,
  ...database.environment,
});
const base = `http://127.0.0.1:${server.port}/api/v1`;

async function keyOf(tenant: string): Promise<string> {
  const made = await fetch(`${base}/api-keys`, {
    method: 'POST',
    headers: { 'x-api-key': adminKey, 'content-type': 'application/json' },
    body: JSON.stringify({ label: tenant, tenant }),
  });
  const { key }: { key: string } = JSON.parse(await made.text());
  return key;
}

const [heavy, light] = [await keyOf('heavy'), await keyOf('light')];
const request = (path: string, key: string) =>
  `GET /api/v1${path} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${key}\r\n\r\n`;

/** Records entries on 1,000 accounts. */
async function fill(): Promise<void> {
  let next = 0;
  const send = async () => {
    while (next < entries) {
      const from = next;
      next += 1_000;
      const items = Array.from({ length: 1_000 }, (_, n) => ({
        agent: `agent-${n % 100}`,
        serviceId: `service-${Math.floor(n / 100)}`,
        requests: 1 + ((from + n) % 7),
        id: `usage-${from + n}`,
      }));
      const { status } = await fetch(`${base}/usage/bulk`, {
        method: 'POST',
        headers: { 'x-api-key': heavy, 'content-type': 'application/json' },
        body: JSON.stringify({ items }),
      });
      if (status !== 201) throw new Error(`a bulk was answered with ${status}`);
    }
  };
  await Promise.all(Array.from({ length: 4 }, send));
}

/** The median and the 99th percentile of short reads of the other tenant, in milliseconds. */
async function shortReads(during?: Promise<unknown>) {
  const { p50Ms, p99Ms } = await loadHttp({
    port: server.port,
    connections: 1,
    warmUpMs: 200,
    durationMs,
    ...(during === undefined ? {} : { during }),
    nextRequest: () => request('/usage/agent-1/search', light),
  });
  return { p50Ms, p99Ms };
}

async function timed(path: string): Promise<number> {
  const beganMs = performance.now();
  const answer = await fetch(base + path, { headers: { 'x-api-key': heavy } });
  await answer.arrayBuffer();
  return performance.now() - beganMs;
}

/** Sends on separate connections, the next request after each answer, and ends them after a time. */
async function flood(connections: number, path: string): Promise<void> {
  const sockets = Array.from({ length: connections }, () => {
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => undefined);
    let last = '';
    let isRefused = false;
    socket.on('data', (chunk: Buffer) => {
      const text = chunk.toString('latin1');
      if (text.startsWith('HTTP/1.1 ')) isRefused = text.startsWith('HTTP/1.1 503');
      last = (last + text).slice(-8);
      // The end of a chunked answer, or of a JSON answer.
      if (!last.endsWith('0\r\n\r\n') && !last.endsWith('}')) return;
      last = '';
      // As `Retry-After` says.
      setTimeout(() => socket.writable && socket.write(request(path, heavy)), isRefused ? 1_000 : 0);
    });
    socket.write(request(path, heavy));
    return socket;
  });
  await new Promise((resolve) => setTimeout(resolve, durationMs));
  for (const socket of sockets) socket.destroy();
}

/** Sends reads, each on its own connection, and hangs up once the server has begun. */
async function hangUp(times: number, path: string): Promise<void> {
  const sockets = Array.from({ length: times }, () => {
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(request(path, heavy));
    return socket;
  });
  await new Promise((resolve) => setTimeout(resolve, 500));
  for (const socket of sockets) socket.destroy();
}

/** Resident memory of the server, in MiB. */
function residentMebibytes(): number {
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

async function unread(exports: number): Promise<number> {
  const before = residentMebibytes();
  const sockets = Array.from({ length: exports }, () => {
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(request('/entries/export.json', heavy));
    socket.pause();
    return socket;
  });
  await new Promise((resolve) => setTimeout(resolve, durationMs));
  const grown = residentMebibytes() - before;
  for (const socket of sockets) socket.destroy();
  return grown;
}

await fill();
console.log(`${entries} entries on 1,000 accounts; ${main}`);
for (const path of [
  '/events/summary',
  '/entries?serviceId=nothing',
  '/billing/total',
  '/stats',
  '/audit',
  '/entries?limit=100',
]) {
  await timed(path);
  const times = [await timed(path), await timed(path), await timed(path)].sort((a, b) => a - b);
  console.log(`${path}: ${times[1]?.toFixed(1)} ms`);
}
const alone = await shortReads();
console.log(
  `another tenant's GET /usage/… alone: p50 ${alone.p50Ms.toFixed(2)} ms, p99 ${alone.p99Ms.toFixed(2)} ms`,
);
const beside: readonly (readonly [string, () => Promise<unknown>])[] = [
  ['1 connection of /entries?serviceId=nothing', () => flood(1, '/entries?serviceId=nothing')],
  ['64 connections of /usage/export.json', () => flood(64, '/usage/export.json')],
  ['16 connections of /audit', () => flood(16, '/audit')],
];
for (const [name, run] of beside) {
  const { p50Ms, p99Ms } = await shortReads(run());
  const ratio = (p50Ms / alone.p50Ms).toFixed(1);
  console.log(`beside ${name}: p50 ${p50Ms.toFixed(2)} ms (${ratio} x), p99 ${p99Ms.toFixed(2)} ms`);
}
const grown = await unread(200);
console.log(`200 exports that nobody reads: ${grown.toFixed(0)} MiB more`);
await hangUp(500, '/events/summary');
const beganMs = performance.now();
const answer = await fetch(`${base}/usage/agent-1/search`, { headers: { 'x-api-key': light } });
await answer.arrayBuffer();
console.log(
  `500 x /events/summary, hung up: the next is answered after ${(performance.now() - beganMs).toFixed(0)} ms`,
);
await server.stop();
database.remove();
process.exit(0);
