// The benchmark of the library: each framework's bare handler, the same with this library, and with its peers, on
// the memory store, in one run. BENCH_ROUNDS and BENCH_SECONDS (a measurement) change how long it takes; arguments name the
// frameworks that are measured.
import { availableParallelism, cpus } from 'node:os';
import { loadHttp, postRequest } from '../http-load.ts';
import { median } from '../median.ts';
import { processUse } from '../process-use.ts';
import { startServer } from '../server-process.ts';
import { uuidV7 } from '../usage-requests.ts';
import { measureHeap } from './heap.ts';
import type { Framework, Protection } from './protection.ts';

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3);
const durationMs = Number(process.env['BENCH_SECONDS'] ?? 4) * 1_000;
const warmUpMs = 1_500;
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

async function measure(framework: Framework, protection: Protection): Promise<Speed> {
  const server = await startServer('bench/library/app-server.ts', {}, [framework, protection]);
  try {
    const newKeys = await load(server, newKey);
    const known = newKey();
    // The first one alone: a peer answers a concurrent duplicate with an error.
    await fetchOnce(server.port, known);
    const replays = await load(server, () => known);
    return {
      newKeys: newKeys.requestsPerSecond,
      newKeyUs: newKeys.processorUs,
      replays: replays.requestsPerSecond,
      replayUs: replays.processorUs,
      p99Ms: newKeys.p99Ms,
      withHandler: protection === 'express-idempotency' ? 0 : await measureWithHandler(framework, protection),
    };
  } finally {
    await server.stop();
  }
}

async function measureWithHandler(framework: Framework, protection: Protection): Promise<number> {
  const environment = { BENCH_HANDLER_US: String(handlerUs) };
  const server = await startServer('bench/library/app-server.ts', environment, [framework, protection]);
  try {
    return (await load(server, newKey)).requestsPerSecond;
  } finally {
    await server.stop();
  }
}

async function load({ port, pid }: Server, nextRequest: () => string) {
  const options = { port, connections, nextRequest, staysAwake: true };
  await loadHttp({ ...options, warmUpMs: 0, durationMs: warmUpMs });
  const beforeUs = processUse(pid).processorUs;
  const report = await loadHttp({ ...options, warmUpMs: 0, durationMs });
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
for (let round = 1; round <= rounds; round++) {
  for (const framework of frameworks) {
    console.error(`round ${round} of ${rounds}: ${framework} …`);
    const bare = await measure(framework, 'bare');
    for (const protection of measured[framework]) {
      const speed = protection === 'bare' ? bare : await measure(framework, protection);
      const name = `${framework} | ${protection}`;
      speeds.set(name, [...(speeds.get(name) ?? []), { bare, speed }]);
    }
  }
}

const whole = (value: number) => Math.round(value).toLocaleString('en');
console.log(
  `Node ${process.version}, ${availableParallelism()} cores, ${cpus()[0]?.model}; medians of ${rounds} rounds`,
);
console.log(
  `\n| framework | protection | new keys/s | ratio | µs | replays/s | ratio | µs | p99 ms | ratio, handler of ${handlerUs} µs |`,
);
console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |');
for (const [name, found] of speeds) {
  const of = (pick: (round: (typeof found)[number]) => number) => median(found.map(pick));
  const ratio = (pick: (round: (typeof found)[number]) => number) => {
    const value = of(pick);
    return value === 0 ? '' : value.toFixed(2);
  };
  const columns = [
    name,
    whole(of(({ speed }) => speed.newKeys)),
    // Each round compares within itself: the bare handler of new keys is what replays are held against, too.
    ratio(({ bare, speed }) => speed.newKeys / bare.newKeys),
    of(({ speed }) => speed.newKeyUs).toFixed(1),
    whole(of(({ speed }) => speed.replays)),
    ratio(({ bare, speed }) => speed.replays / bare.newKeys),
    of(({ speed }) => speed.replayUs).toFixed(1),
    of(({ speed }) => speed.p99Ms).toFixed(1),
    ratio(({ bare, speed }) => speed.withHandler / bare.withHandler),
  ];
  console.log(`| ${columns.join(' | ')} |`);
}
await measureHeap();
