// How long a tenant's single writes take alone, and beside another tenant that does the most expensive things it may:
// `node bench/beside.ts`, or with the main file of another version of the server.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LoadReport, loadHttp, postRequest } from './http-load.ts';
import { startServer } from './server-process.ts';
import { uuidV7 } from './singles.ts';

const adminKey = 'the-admin-key-of-the-benchmark';
const connections = 16;
const durationMs = 5_000;

const [main = 'apps/server/src/main.ts'] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'billonce-beside-'));
const server = await startServer(main, {
  PORT: '0',
  LOG_LEVEL: 'fatal',
  ADMIN_API_KEY: adminKey,
  DATABASE_URL: `file:${join(folder, 'books.db')}`,
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
const manyValues = listOf(1, 4_000_000);
const manyTexts = listOf({ agent: 'a'.repeat(800), serviceId: 'b', requests: 0 }, 9_500);

/** What the greedy tenant sends, on as many connections as the honest one has. */
const patterns = [
  { what: 'bulks of 1,000', path: '/api/v1/usage/bulk', body: bulk },
  { what: 'bodies of 8 MiB with 4 million values', path: '/api/v1/usage/bulk', body: manyValues },
  { what: 'bodies of 8 MiB with faulty items', path: '/api/v1/usage/bulk', body: manyTexts },
];

const load = (nextRequest: () => string, during?: Promise<unknown>): Promise<LoadReport> =>
  loadHttp({
    port: server.port,
    connections,
    warmUpMs: 500,
    durationMs,
    nextRequest,
    ...(during === undefined ? {} : { during }),
  });
const singles = () => load(() => post('/api/v1/usage', honest, single));
const told = ({ p50Ms, p99Ms, requestsPerSecond }: LoadReport) =>
  `${requestsPerSecond.toFixed(0)}/s, p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(0)} ms`;

const alone = await singles();
console.log(`alone: ${told(alone)}`);
for (const { what, path, body } of patterns) {
  const beside = singles();
  const other = load(() => post(path, greedy, body), beside);
  const report = await beside;
  const factor = (report.p50Ms / alone.p50Ms).toFixed(1);
  console.log(`beside ${what}: ${told(report)}, ${factor} times the p50 alone`);
  console.log(`  the other: ${told(await other)}, ${JSON.stringify((await other).statuses)}`);
}
await server.stop();
rmSync(folder, { recursive: true, force: true });
