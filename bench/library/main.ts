// The benchmark of the library: each framework's bare handler, the same with this library, and with its peers, on
// the memory store, in one run. All servers of a framework run at the same time, and are measured in turn in each round, so that a
// disturbance of the machine affects all of them. BENCH_ROUNDS and BENCH_SECONDS (of a measurement) change how long it takes; arguments
// name the frameworks to measure.
import { availableParallelism, cpus } from 'node:os';
import { loadHttp, postRequest, warmUpWith } from '../http-load.ts';
import { median } from '../median.ts';
import { processUse } from '../process-use.ts';
import { startServer } from '../server-process.ts';
import { uuidV7 } from '../usage-requests.ts';
import { measureHeap } from './heap.ts';
import type { Framework, Protection } from './protection.ts';

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5);
const durationMs = Number(process.env['BENCH_SECONDS'] ?? 2) * 1_000;
const warmUpRequests = 30_000;
const connections = 64;
/** how long a slower handler keeps the processor busy */
const handlerUs = 200;
const body = JSON.stringify({ agent: 'agent-7', serviceId: 'search', requests: 3 });

const measured: Readonly<Record<Framework, readonly Protection[]>> = {
  express: ['bare', 'billonce', 'node-idempotency', 'express-idempotency'],
  fastify: ['bare', 'billonce', 'node-idempotency'],
  hono: ['bare', 'billonce', 'node-idempotency'],
};

/** Requests a second, and processor time of the server's process for each, of new keys and of replays. */
interface Speed {
  readonly newKeys: number;
  readonly newKeyUs: number;
  readonly replays: number;
  readonly replayUs: number;
  readonly p99Ms: number;
  /** requests a second of new keys with a handler that keeps the processor busy for `handlerUs` */
  readonly withHandler: number;
}

type Server = Awaited<ReturnType<typeof startServer>>;

const newKey = () => postRequest('/usage', body, [`Idempotency-Key: ${uuidV7()}`]);

/** The servers of one protection of a framework: with a handler that does nothing, and with a slower one. */
interface Candidate {
  readonly protection: Protection;
  readonly plain: Server;
  readonly slower: Server | undefined;
  /** a request that was answered once */
  readonly known: string;
}

async function start(framework: Framework, protection: Protection): Promise<Candidate> {
  const file = 'bench/library/app-server.ts';
  const environment = { BENCH_HANDLER_US: String(handlerUs) };
  const plain = await startServer(file, {}, [framework, protection]);
  const isSlowerToo = protection !== 'express-idempotency';
  const slower = isSlowerToo ? await startServer(file, environment, [framework, protection]) : undefined;
  const known = newKey();
  // The first request is sent alone, because a peer answers a concurrent duplicate with an error.
  await fetchOnce(plain.port, known);
  const warmUp = async ({ port }: Server, requests: number, nextRequest: () => string) =>
    await warmUpWith(requests, { port, connections, nextRequest });
  await warmUp(plain, warmUpRequests, newKey);
  await warmUp(plain, warmUpRequests / 3, () => known);
  if (slower !== undefined) await warmUp(slower, warmUpRequests / 3, newKey);
  return { protection, plain, slower, known };
}

async function measure({ plain, slower, known }: Candidate): Promise<Speed> {
  const newKeys = await load(plain, newKey);
  const replays = await load(plain, () => known);
  return {
    newKeys: newKeys.requestsPerSecond,
    newKeyUs: newKeys.processorUs,
    replays: replays.requestsPerSecond,
    replayUs: replays.processorUs,
    p99Ms: newKeys.p99Ms,
    withHandler: slower === undefined ? 0 : (await load(slower, newKey)).requestsPerSecond,
  };
}

async function load({ port, pid }: Server, nextRequest: () => string) {
  const beforeUs = processUse(pid).processorUs;
  const report = await loadHttp({
    port,
    connections,
    nextRequest,
    staysAwake: true,
    warmUpMs: 0,
    durationMs,
  });
  const processorUs = (processUse(pid).processorUs - beforeUs) / report.requests;
  const others = Object.keys(report.statuses).filter((status) => status !== '201');
  if (others.length > 0) throw new Error(`the server answered ${others.join(', ')}`);
  return { ...report, processorUs };
}

async function fetchOnce(port: number, request: string): Promise<void> {
  await loadHttp({ port, connections: 1, warmUpMs: 0, durationMs: 1, nextRequest: () => request });
}

const frameworks = (['express', 'fastify', 'hono'] as const).filter(
  (name) => process.argv.length < 3 || process.argv.includes(name),
);
const speeds = new Map<string, { bare: Speed; speed: Speed }[]>();
for (const framework of frameworks) {
  console.error(`${framework}: ${warmUpRequests} requests to warm up each server …`);
  const candidates: Candidate[] = [];
  for (const protection of measured[framework]) candidates.push(await start(framework, protection));
  for (let round = 1; round <= rounds; round++) {
    console.error(`${framework}: round ${round} of ${rounds} …`);
    let bare: Speed | undefined;
    for (const candidate of candidates) {
      const speed = await measure(candidate);
      bare ??= speed;
      const name = `${framework} | ${candidate.protection}`;
      speeds.set(name, [...(speeds.get(name) ?? []), { bare, speed }]);
    }
  }
  for (const { plain, slower } of candidates) {
    await plain.stop();
    await slower?.stop();
  }
}

const whole = (value: number) => Math.round(value).toLocaleString('en');
console.log(
  `Node ${process.version}, ${availableParallelism()} cores, ${cpus()[0]?.model}; medians of ${rounds} rounds`,
);
console.log(
  `\n| framework | protection | new keys/s | ratio | µs | ratio of µs | replays/s | ratio | µs | p99 ms | ratio, handler of ${handlerUs} µs |`,
);
console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |');
for (const [name, found] of speeds) {
  const of = (pick: (round: (typeof found)[number]) => number) => median(found.map(pick));
  const ratio = (pick: (round: (typeof found)[number]) => number) => {
    const value = of(pick);
    return value === 0 ? '' : value.toFixed(2);
  };
  const columns = [
    name,
    whole(of(({ speed }) => speed.newKeys)),
    // Ratios are taken within each round. Replays are also compared with the bare handler of new keys.
    ratio(({ bare, speed }) => speed.newKeys / bare.newKeys),
    of(({ speed }) => speed.newKeyUs).toFixed(1),
    // Processor time shows the same as requests a second, and depends less on other load of the machine.
    ratio(({ bare, speed }) => bare.newKeyUs / speed.newKeyUs),
    whole(of(({ speed }) => speed.replays)),
    ratio(({ bare, speed }) => speed.replays / bare.newKeys),
    of(({ speed }) => speed.replayUs).toFixed(1),
    of(({ speed }) => speed.p99Ms).toFixed(1),
    ratio(({ bare, speed }) => speed.withHandler / bare.withHandler),
  ];
  console.log(`| ${columns.join(' | ')} |`);
}
await measureHeap();
