// The benchmark on PostgreSQL: a real server, synced, on this machine, with the instances and the load generator beside
// it. Ratios are taken within each round. BENCH_ROUNDS and BENCH_SECONDS (a measurement) change how long it takes.
import { availableParallelism, cpus, loadavg } from 'node:os';
import { startPostgres } from '../../packages/idempotency/test/harness/postgres.ts';
import { postRequest } from '../http-load.ts';
import { median } from '../median.ts';
import { uuidV7 } from '../singles.ts';
import { loadInstances, startInstances, usageRequest } from './instances.ts';
import { measureOneByOne } from './one-by-one.ts';

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3);
const durationMs = Number(process.env['BENCH_SECONDS'] ?? 5) * 1_000;
const warmUpMs = 2_000;
const connections = 64;
const manyAccounts = 1_000;
const itemsPerBulk = 1_000;
const bulkAgents = 50;

interface Line {
  readonly name: string;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly walBytesPerRequest?: number;
  readonly commitsPerSecond?: number;
}

let turn = 0;
let row = 0;
const hot = () => usageRequest('agent-7', uuidV7());
const spread = () => usageRequest(`agent-${turn++ % manyAccounts}`, uuidV7());
const bulk = () => {
  const items = Array.from({ length: itemsPerBulk }, () => {
    row += 1;
    const id = `0a1b2c3d4e5f-${process.pid}-${String(row).padStart(12, '0')}`;
    return { agent: `agent-${row % bulkAgents}`, serviceId: 'input-tokens', requests: 374, id };
  });
  return postRequest('/api/v1/usage/bulk', JSON.stringify({ items }), [`Idempotency-Key: ${uuidV7()}`]);
};

/** Each round has a database of its own, so that none pays for the rows of those before it. */
async function measureRound(): Promise<Line[]> {
  const settings = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on', shared_buffers: '512MB' };
  const postgres = await startPostgres({ settings: { ...settings, max_wal_size: '4GB' } });
  const url = postgres.connectionString;
  const lines: Line[] = [];
  try {
    const ordinary = async (accounts: number) => {
      for (const clients of [8, connections]) {
        const name = `one transaction per request, ${clients} clients, accounts: ${accounts}`;
        lines.push({ name, ...(await measureOneByOne(url, clients, accounts, durationMs)) });
      }
    };
    for (const count of [2, 1]) {
      const instances = await startInstances(url, count);
      const measure = async (name: string, nextRequest: () => string, using = connections) => {
        const load = { connections: using, warmUpMs, durationMs, nextRequest };
        lines.push({ name: `${name}, instances: ${count}`, ...(await loadInstances(url, instances, load)) });
      };
      // What is compared is measured one right after the other: the speed of a shared machine drifts.
      if (count === 2) await ordinary(1);
      await measure('keyed singles, one account', hot);
      if (count === 2) await ordinary(manyAccounts);
      await measure(`keyed singles, ${manyAccounts} accounts`, spread);
      const known = hot();
      await measure('replays of a known key', () => known);
      await measure(`bulks of ${itemsPerBulk} with ids`, bulk, 4);
      await Promise.all(instances.map((instance) => instance.stop()));
    }
  } finally {
    await postgres.stop();
  }
  return lines;
}

const measured: Line[][] = [];
for (let round = 1; round <= rounds; round++) {
  console.error(`round ${round} of ${rounds}, load ${loadavg()[0]?.toFixed(1)} …`);
  measured.push(await measureRound());
}
console.log(
  `Node ${process.version}, ${availableParallelism()} cores, ${cpus()[0]?.model}; medians of ${rounds} rounds\n`,
);
console.log('| | requests/s | p50 ms | p99 ms | WAL bytes a request | commits/s |');
console.log('| --- | --- | --- | --- | --- | --- |');
for (const [index, { name }] of (measured[0] ?? []).entries()) {
  const of = (pick: (line: Line) => number) =>
    median(measured.flatMap((lines) => lines[index] ?? []).map(pick));
  const whole = (value: number) => (value === 0 ? '-' : Math.round(value).toLocaleString('en'));
  console.log(
    `| ${name} | ${whole(of((l) => l.perSecond))} | ${of((l) => l.p50Ms).toFixed(1)} | ${of((l) => l.p99Ms).toFixed(1)} | ${whole(of((l) => l.walBytesPerRequest ?? 0))} | ${whole(of((l) => l.commitsPerSecond ?? 0))} |`,
  );
}

/** Billonce under two instances against the better of the two pools of ordinary clients, within each round. */
function ratio(billonce: string, oneByOne: string): string {
  const ratios = measured.map((lines) => {
    const best = Math.max(...lines.filter(({ name }) => name.endsWith(oneByOne)).map((l) => l.perSecond));
    return (lines.find(({ name }) => name === billonce)?.perSecond ?? 0) / best;
  });
  return `${median(ratios).toFixed(2)} (rounds: ${ratios.map((found) => found.toFixed(2)).join(', ')})`;
}
console.log(`\none account: ${ratio('keyed singles, one account, instances: 2', 'accounts: 1')}`);
console.log(
  `many accounts: ${ratio(`keyed singles, ${manyAccounts} accounts, instances: 2`, `accounts: ${manyAccounts}`)}`,
);
