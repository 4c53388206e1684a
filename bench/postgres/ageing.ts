// Ages a PostgreSQL: fills it with keys and answers of five days, writes to it beside one that is nearly empty, and lets
// the real sweep go over it under load with a clock that is moved day by day. AGEING_KEYS says how many keys.
import { randomUUID } from 'node:crypto';
import { loadavg } from 'node:os';
import pg from 'pg';
import { ReadPool } from '../../apps/server/src/storage/postgres/pool.ts';
import { PostgresSweep } from '../../apps/server/src/storage/postgres/sweep.ts';
import { startPostgres } from '../../packages/idempotency/test/harness/postgres.ts';
import { median } from '../median.ts';
import { uuidV7 } from '../singles.ts';
import { fill, sizes } from './fill.ts';
import { loadInstances, startInstances, usageRequest } from './instances.ts';

const keys = Number(process.env['AGEING_KEYS'] ?? 10_000_000);
const fewKeys = 10_000;
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3);
const durationMs = Number(process.env['BENCH_SECONDS'] ?? 5) * 1_000;
const dayMs = 86_400_000;
const filledDays = 5;
const connections = 64;
const limits = { answerTtlMs: dayMs, retentionMs: 3 * dayMs, rowsMax: 2_000, cursor: undefined };
const today = Math.floor(Date.now() / dayMs);
const noonOf = (day: number) => day * dayMs + dayMs / 2;
/** The two days before today stay empty of old rows: what the load writes is not swept. */
const days = Array.from({ length: filledDays }, (_, n) => today - filledDays - 1 + n);

const settings = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on', shared_buffers: '512MB' };
const postgres = await startPostgres({ settings: { ...settings, max_wal_size: '4GB' } });
const base = postgres.connectionString;

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

interface Aged {
  readonly url: string;
  readonly client: pg.Client;
  readonly instances: Awaited<ReturnType<typeof startInstances>>;
  readonly pool: ReadPool;
  readonly sweep: PostgresSweep;
}

/** A database with an instance on it, and so many keys of the days before. */
async function aged(name: string, stored: number): Promise<Aged> {
  const admin = await connected(base);
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.end();
  const url = base.replace(/postgres$/, name);
  const instances = await startInstances(url, 1);
  const client = await connected(url);
  const pool = new ReadPool({ url, isPrepared: true }, 1);
  const sweep = new PostgresSweep(pool, { answersMax: 1_000_000_000, bytesMax: 1_000_000_000_000 });
  // Its first step makes the parts of the days to come, as it did on that day.
  await sweep.sweep(noonOf(days[0] ?? today), limits);
  await loadInstances(url, instances, { ...load(() => uuidV7()), warmUpMs: 0, durationMs: 1_000 });
  const startMs = performance.now();
  await fill(client, { keysPerDay: Math.floor(stored / filledDays), days });
  console.log(
    `${name}: ${stored} keys in ${((performance.now() - startMs) / 1000).toFixed(0)} s; ${await sizes(client)}`,
  );
  return { url, client, instances, pool, sweep };
}

function load(key: () => string) {
  return { connections, warmUpMs: 1_000, durationMs, nextRequest: () => usageRequest('agent-7', key()) };
}

const few = await aged('few', fewKeys);
const many = await aged('many', keys);
for (const [name, key] of [
  ['UUIDv7', uuidV7],
  ['random', () => randomUUID()],
] as const) {
  const found: { few: number; many: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const onFew = await loadInstances(few.url, few.instances, load(key));
    const onMany = await loadInstances(many.url, many.instances, load(key));
    found.push({ few: onFew.perSecond, many: onMany.perSecond });
  }
  const costs = found.map((round) => round.few / round.many);
  console.log(
    `${name} keys: ${median(found.map((r) => r.few)).toFixed(0)}/s at ${fewKeys}, ${median(found.map((r) => r.many)).toFixed(0)}/s at ${keys}; ` +
      `cost of a write × ${median(costs).toFixed(2)} (rounds: ${costs.map((cost) => cost.toFixed(2)).join(', ')}; load ${loadavg()[0]?.toFixed(1)})`,
  );
}

/** Sweeps of all the days, one behind the other, as the worker does them. */
async function sweepDays(): Promise<{ steps: number; longestMs: number; rows: number; parts: number }> {
  const done = { steps: 0, longestMs: 0, rows: 0, parts: 0 };
  for (let day = (days[0] ?? today) + 1; day <= today; day++) {
    for (let isDone = false; !isDone; ) {
      const startMs = performance.now();
      const report = await many.sweep.sweep(noonOf(day), limits);
      done.steps += 1;
      done.longestMs = Math.max(done.longestMs, performance.now() - startMs);
      if (report.kind === 'swept') {
        done.rows += report.rowsDeleted;
        done.parts += report.partsDropped;
      }
      isDone = report.isDone;
    }
  }
  return done;
}

/** The longest transaction that was seen while a promise was pending, looked for every 10 ms. */
async function longestTransaction(during: Promise<unknown>): Promise<number> {
  const watcher = await connected(many.url);
  let isOver = false;
  const over = during.then(() => {
    isOver = true;
  });
  let longestMs = 0;
  while (!isOver) {
    const { rows } = await watcher.query(
      `SELECT max(extract(epoch FROM clock_timestamp() - xact_start) * 1000) AS ms FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
    );
    longestMs = Math.max(longestMs, Number(rows[0].ms ?? 0));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await over;
  await watcher.end();
  return longestMs;
}

const before = await loadInstances(many.url, many.instances, load(uuidV7));
const sweeping = sweepDays();
const longest = longestTransaction(sweeping);
const during = await loadInstances(many.url, many.instances, load(uuidV7));
const swept = await sweeping;
console.log(`sweep: ${JSON.stringify(swept)}; longest transaction ${(await longest).toFixed(0)} ms`);
console.log(
  `writes before it: p50 ${before.p50Ms.toFixed(1)} ms, p99 ${before.p99Ms.toFixed(1)} ms, ${before.perSecond.toFixed(0)}/s`,
);
console.log(
  `writes in its first seconds: p50 ${during.p50Ms.toFixed(1)} ms, p99 ${during.p99Ms.toFixed(1)} ms, ${during.perSecond.toFixed(0)}/s`,
);
console.log(`behind it: ${await sizes(many.client)}`);
for (const { instances, client, pool } of [few, many]) {
  await Promise.all(instances.map((instance) => instance.stop()));
  await client.end();
  await pool.close();
}
await postgres.stop();
