// Compares the cost of keyed singles of prepaid and of postpaid agents, in the same rounds, with empty books and with 100,000 balances
// and 100,000 open holds: `node bench/prepaid.ts`. BENCH_ROUNDS (5) and BENCH_SECONDS (4, of a measurement) change how long it takes.
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from '../apps/server/src/domain/command.ts';
import { inStroops } from '../apps/server/src/domain/service.ts';
import { LedgerLanes } from '../apps/server/src/ledger/ledger-lanes.ts';
import { loadHttp, postRequest } from './http-load.ts';
import { median } from './median.ts';
import { openFile } from './open-storage.ts';
import { processUse, useEach } from './process-use.ts';
import { type ServerProcess, startServer } from './server-process.ts';
import { uuidV7 } from './usage-requests.ts';

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5);
const durationMs = Number(process.env['BENCH_SECONDS'] ?? 4) * 1_000;
const warmUpMs = 1_000;
const connections = 64;
const accounts = 50;
const others = 100_000;
const holdsPerAgent = 1_000;
const atOnce = 1_000;
/** The tenant of a server without API keys. */
const tenant = 'public';
const serviceId = 'search';
const modes = ['postpaid', 'prepaid'] as const;
type Mode = (typeof modes)[number];

const grant = (agent: string): Command => ({
  kind: 'create_grant',
  agent,
  asset: 'XLM',
  amount: 1_000_000n * 10n ** 18n,
  priority: 100,
  expiresAtMs: undefined,
  note: undefined,
  grantId: undefined,
});
const billing = (agent: string): Command => ({
  kind: 'set_billing',
  agent,
  policy: { mode: 'prepaid', asset: 'XLM', overdraft: 0n, lowAt: [] },
});
const hold = (agent: string): Command => ({
  kind: 'create_hold',
  agent,
  serviceId,
  wanted: { kind: 'use', requests: 1 },
  expiresInMs: 7 * 86_400_000,
  holdId: undefined,
});
const agentOf = (mode: Mode, number: number) => `${mode}-${number}`;

/** Creates a file with the measured agents, and with balances and open holds of other agents. */
async function fill(file: string, count: number): Promise<void> {
  const storage = await openFile(file);
  const ledger = new LedgerLanes(storage, { nowMs: storage.nowMs });
  const submit = async (command: Command) => {
    const outcome = await ledger.submit({ tenant, key: undefined, command });
    if (outcome.kind !== 'answered') throw new Error(JSON.stringify(outcome));
  };
  const all = async (commands: number, commandOf: (number: number) => Command) => {
    for (let from = 0; from < commands; from += atOnce) {
      const some = Math.min(atOnce, commands - from);
      await Promise.all(Array.from({ length: some }, (_, index) => submit(commandOf(from + index))));
    }
  };
  await submit({ kind: 'put_service', serviceId, stated: inStroops(7n), metadata: undefined });
  await all(accounts, (number) => billing(agentOf('prepaid', number)));
  await all(accounts, (number) => grant(agentOf('prepaid', number)));
  await all(count, (number) => grant(`other-${number}`));
  await all(count / holdsPerAgent, (number) => billing(`other-${number}`));
  await all(count, (number) => hold(`other-${number % (count / holdsPerAgent)}`));
  await ledger.drain();
  await storage.close();
}

interface Measured {
  readonly perSecond: number;
  readonly processorUs: number;
  readonly p99Ms: number;
}

async function measure({ port, pid }: ServerProcess, mode: Mode): Promise<Measured> {
  let sent = 0;
  const nextRequest = () => {
    const body = JSON.stringify({ agent: agentOf(mode, sent++ % accounts), serviceId, requests: 3 });
    return postRequest('/api/v1/usage', body, [`Idempotency-Key: ${uuidV7()}`]);
  };
  await loadHttp({ port, connections, warmUpMs: 0, durationMs: warmUpMs, nextRequest });
  const before = processUse(pid);
  const load = await loadHttp({ port, connections, warmUpMs: 0, durationMs, nextRequest });
  const { processorUs } = useEach(before, processUse(pid), load.requests);
  if (Object.keys(load.statuses).join() !== '201') throw new Error(JSON.stringify(load.statuses));
  return { perSecond: load.requestsPerSecond, processorUs, p99Ms: load.p99Ms };
}

const folder = mkdtempSync(join(tmpdir(), 'billonce-bench-'));
const books = [
  { name: 'empty books', count: 0 },
  { name: `${others} balances and open holds`, count: others },
];
const servers: { readonly name: string; readonly server: ServerProcess }[] = [];
for (const { name, count } of books) {
  const file = join(folder, `books-${count}.db`);
  await fill(file, count);
  const environment = { PORT: '0', LOG_LEVEL: 'warn', DATABASE_URL: `file:${file}` };
  servers.push({ name, server: await startServer('apps/server/src/main.ts', environment) });
}
const places = servers.flatMap(({ name, server }) =>
  modes.map((mode) => ({ name: `${mode}, ${name}`, server, mode })),
);
const found: Measured[][] = [];
for (let round = 0; round < rounds; round++) {
  const measured: Measured[] = [];
  for (const { server, mode } of places) measured.push(await measure(server, mode));
  found.push(measured);
}
for (const { server } of servers) await server.stop();
rmSync(folder, { recursive: true });

console.log(
  `Node ${process.version}, ${availableParallelism()} cores, ${cpus()[0]?.model}; medians of ${rounds} rounds, ${connections} connections`,
);
console.log(
  '\n| | requests/s | of the first line | processor time, µs | of the first line | p99 ms |\n| --- | --- | --- | --- | --- | --- |',
);
for (const [index, { name }] of places.entries()) {
  const of = (read: (one: Measured, first: Measured) => number) =>
    median(
      found.map((measured) => {
        const [one, first] = [measured[index], measured[0]];
        return one === undefined || first === undefined ? Number.NaN : read(one, first);
      }),
    );
  const cells = [
    name,
    Math.round(of(({ perSecond }) => perSecond)).toLocaleString('en'),
    of((one, first) => one.perSecond / first.perSecond).toFixed(2),
    of(({ processorUs }) => processorUs).toFixed(0),
    of((one, first) => one.processorUs / first.processorUs).toFixed(2),
    of(({ p99Ms }) => p99Ms).toFixed(1),
  ];
  console.log(`| ${cells.join(' | ')} |`);
}
