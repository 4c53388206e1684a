// How long a tenant's single writes take alone, and while another tenant sends the most expensive requests that are allowed:
// `node bench/beside.ts`, or with the main file of another version of the server; BENCH_ENGINE=postgres for the other engine.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { OtherLoad } from './beside-other.ts';
import { benchDatabase } from './database.ts';
import { type LoadReport, loadHttp, postRequest } from './http-load.ts';
import { startServer } from './server-process.ts';
import { uuidV7 } from './usage-requests.ts';

const adminKey = randomBytes(32).toString('hex');
const connections = 16;
const durationMs = Number(process.env['BENCH_SECONDS'] ?? 5) * 1_000;

const [main = 'apps/server/src/main.ts'] = process.argv.slice(2);
const database = await benchDatabase();
const server = await startServer(main, {
  PORT: '0',
  LOG_LEVEL: 'fatal',
  ADMIN_API_KEY: adminKey,
  BULK_MAX_ITEMS: '10000',
  ...database.environment,
});

async function keyOf(tenant: string): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${server.port}/api/v1/api-keys`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': adminKey },
    body: JSON.stringify({ label: tenant, tenant }),
  });
  const made: unknown = await answer.json();
  if (typeof made !== 'object' || made === null) throw new Error('no API key was made');
  return String(Reflect.get(made, 'key'));
}

const honest = await keyOf('honest');
const greedy = await keyOf('greedy');
const post = (path: string, key: string, body: string) =>
  postRequest(path, body, [`X-API-Key: ${key}`, `Idempotency-Key: ${uuidV7()}`]);
const single = JSON.stringify({ agent: 'agent-7', serviceId: 'search', requests: 3 });
const listOf = (item: unknown, count: number) =>
  JSON.stringify({ items: Array.from({ length: count }, () => item) });
const bulk = listOf({ agent: 'agent-1', serviceId: 'search', requests: 3 }, 1_000);
const largest = listOf({ agent: 'agent-1', serviceId: 'search', requests: 3 }, 10_000);
const manyValues = listOf(1, 4_000_000);
const mostlyEmpty = JSON.stringify({
  items: [{ agent: 'agent-1', serviceId: 'search', requests: 3 }, ...Array.from({ length: 999 }, () => ({}))],
});
const manyTexts = listOf({ agent: 'a'.repeat(800), serviceId: 'b', requests: 0 }, 9_500);

/** The requests of the greedy tenant, on as many connections as the honest tenant has unless it says another number. */
const patterns: readonly { what: string; path: string; body: string; senders?: number }[] = [
  { what: 'one bulk of 10,000 at a time', path: '/api/v1/usage/bulk', body: largest, senders: 1 },
  { what: 'bulks of 1,000', path: '/api/v1/usage/bulk', body: bulk },
  { what: 'bulks of one good and 999 empty items', path: '/api/v1/usage/bulk', body: mostlyEmpty },
  { what: 'bodies of 8 MiB with 4 million values', path: '/api/v1/usage/bulk', body: manyValues },
  { what: 'bodies of 8 MiB with faulty items', path: '/api/v1/usage/bulk', body: manyTexts },
];

const warmUpMs = 500;
const singles = (): Promise<LoadReport> => {
  const nextRequest = () => post('/api/v1/usage', honest, single);
  return loadHttp({ port: server.port, connections, warmUpMs, durationMs, nextRequest });
};
/** Without a key: one request is sent again and again. */
const other = async (path: string, body: string, senders = connections): Promise<LoadReport> => {
  const request = postRequest(path, body, [`X-API-Key: ${greedy}`]);
  const data: OtherLoad = {
    port: server.port,
    connections: senders,
    durationMs: warmUpMs + durationMs,
    request,
  };
  const thread = new Worker(new URL('./beside-other.ts', import.meta.url), { workerData: data });
  const [report]: LoadReport[] = await once(thread, 'message');
  if (report === undefined) throw new Error('the other tenant reported nothing');
  return report;
};
const told = ({ p50Ms, p99Ms, longestMs, requestsPerSecond }: Omit<LoadReport, 'requests' | 'statuses'>) =>
  `${requestsPerSecond.toFixed(0)}/s, p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(0)} ms, longest ${longestMs.toFixed(0)} ms`;

const alone = await singles();
console.log(`alone: ${told(alone)}`);
for (const { what, path, body, senders } of patterns) {
  const before = database.bytes();
  const [report, { requests, statuses, ...others }] = await Promise.all([
    singles(),
    other(path, body, senders),
  ]);
  const factor = (report.p50Ms / alone.p50Ms).toFixed(1);
  console.log(`beside ${what}: ${told(report)}, ${factor} times the p50 alone`);
  console.log(`  the other: ${told(others)}, ${JSON.stringify(statuses)}`);
  const growth = (database.bytes() - before) / (requests * body.length);
  if (requests > 0 && before > 0) console.log(`  the files grew by ${growth.toFixed(2)} times what it sent`);
}
await server.stop();
database.remove();
process.exit(0);
