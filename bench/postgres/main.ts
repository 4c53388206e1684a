// The benchmark on PostgreSQL: a real server with synchronous commits, on the same machine as the instances and the load generator.
// Ratios are taken within each round. BENCH_ROUNDS and BENCH_SECONDS (of a measurement) change how long it takes.
import { availableParallelism, cpus, loadavg } from 'node:os';
import { startPostgres } from '../../packages/idempotency/test/harness/postgres.ts';
import { postRequest } from '../http-load.ts';
import { uuidV7 } from '../usage-requests.ts';
import { loadInstances, startInstances, usageRequest } from './instances.ts';
import { type Line, printRatio, printTable } from './lines.ts';
import { makeTables, measureOneByOne } from './one-by-one.ts';
import { printGrowth, stored } from './stored.ts';

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 4);
const durationMs = Number(process.env['BENCH_SECONDS'] ?? 4) * 1_000;
const warmUpMs = 2_000;
/** The time until the code of a new process is optimized and the database has analyzed its new tables (`young-tables.ts`). */
const settledAfterMs = 11_000;
const connections = 64;
const manyAccounts = 1_000;
const itemsPerBulk = 1_000;
const bulkAgents = 50;

let turn = 0;
let row = 0;
const hot = () => usageRequest('agent-7', uuidV7());
/** An account for each instance: the most that splitting a hot account into a row for each instance could bring. */
const apart = (instance: number) => usageRequest(`agent-${instance}`, uuidV7());
const spread = () => usageRequest(`agent-${turn++ % manyAccounts}`, uuidV7());
const bulk = () => {
  const items = Array.from({ length: itemsPerBulk }, () => {
    row += 1;
    const id = `0a1b2c3d4e5f-${process.pid}-${String(row).padStart(12, '0')}`;
    return { agent: `agent-${row % bulkAgents}`, serviceId: 'input-tokens', requests: 374, id };
  });
  return postRequest('/api/v1/usage/bulk', JSON.stringify({ items }), [`Idempotency-Key: ${uuidV7()}`]);
};

/** Measures instances of Billonce on a database, one kind of request after the other. */
async function measureBillonce(url: string, count: number): Promise<Line[]> {
  const instances = await startInstances(url, count);
  const lines: Line[] = [];
  const measure = async (name: string, nextRequest: (instance: number) => string, using = connections) => {
    const load = { connections: using, warmUpMs, durationMs, nextRequest };
    lines.push({ name: `${name}, instances: ${count}`, ...(await loadInstances(url, instances, load)) });
  };
  await loadInstances(url, instances, {
    connections,
    warmUpMs: 0,
    durationMs: settledAfterMs,
    nextRequest: spread,
  });
  const empty = await stored(url);
  await measure('keyed singles, one account', hot);
  if (count > 1) await measure('keyed singles, an account for each instance', apart);
  await measure(`keyed singles, ${manyAccounts} accounts`, spread);
  const known = hot();
  await measure('replays of a known key', () => known);
  const filled = await stored(url);
  await measure(`bulks of ${itemsPerBulk} with ids`, bulk, 4);
  printGrowth('a keyed single', empty, filled);
  printGrowth('an item of a bulk, with an id', filled, await stored(url));
  await Promise.all(instances.map((instance) => instance.stop()));
  return lines;
}

/** Measures the ordinary implementation: as a loop of clients, and over HTTP with two servers. */
async function measureOrdinary(url: string): Promise<Line[]> {
  const lines: Line[] = [];
  await makeTables(url, manyAccounts);
  const servers = await startInstances(url, 2, 'bench/postgres/one-by-one-server.ts');
  for (const [accounts, nextRequest] of [
    [1, () => usageRequest('agent-0', uuidV7())],
    [manyAccounts, spread],
  ] as const) {
    for (const clients of [8, connections]) {
      const name = `one transaction per request, ${clients} clients, accounts: ${accounts}`;
      lines.push({
        name,
        ...(await measureOneByOne(url, { clients, accounts, warmUpMs, durationMs })),
      });
    }
    const load = { connections, warmUpMs, durationMs, nextRequest };
    const name = `one transaction per request over HTTP, two servers, accounts: ${accounts}`;
    lines.push({ name, ...(await loadInstances(url, servers, load)) });
  }
  await Promise.all(servers.map((server) => server.stop()));
  return lines;
}

/**
 * Each round has a separate database, so that none pays for the rows of earlier rounds. The order is reversed from
 * round to round: a database is slower while it is young, and the speed of a shared machine drifts.
 */
async function measureRound(isTurned: boolean): Promise<Map<string, Line>> {
  const settings = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on', shared_buffers: '512MB' };
  const postgres = await startPostgres({ settings: { ...settings, max_wal_size: '4GB' } });
  const url = postgres.connectionString;
  const parts = [() => measureBillonce(url, 2), () => measureOrdinary(url), () => measureBillonce(url, 1)];
  const lines: Line[] = [];
  try {
    for (const part of isTurned ? parts.toReversed() : parts) lines.push(...(await part()));
  } finally {
    await postgres.stop();
  }
  return new Map(lines.map((line) => [line.name, line]));
}

const measured: Map<string, Line>[] = [];
for (let round = 1; round <= rounds; round++) {
  console.error(`round ${round} of ${rounds}, load ${loadavg()[0]?.toFixed(1)} …`);
  measured.push(await measureRound(round % 2 === 0));
}
console.log(
  `Node ${process.version}, ${availableParallelism()} cores, ${cpus()[0]?.model}; medians of ${rounds} rounds\n`,
);
printTable(measured);
for (const accounts of [1, manyAccounts]) {
  const of = accounts === 1 ? 'one account' : `${accounts} accounts`;
  for (const instances of [2, 1]) {
    const ours = `keyed singles, ${of}, instances: ${instances}`;
    printRatio(measured, ours, [
      `one transaction per request, 8 clients, accounts: ${accounts}`,
      `one transaction per request, ${connections} clients, accounts: ${accounts}`,
    ]);
    printRatio(measured, ours, [`one transaction per request over HTTP, two servers, accounts: ${accounts}`]);
  }
}
printRatio(measured, 'keyed singles, an account for each instance, instances: 2', [
  'keyed singles, one account, instances: 2',
]);
