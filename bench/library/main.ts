// The benchmark of the library: each framework's bare handler, the same with this library, and with its peers, on
// the memory store, in one run. BENCH_ROUNDS and BENCH_SECONDS (a measurement) change how long it takes.
import { availableParallelism, cpus } from 'node:os';
import { loadHttp, postRequest } from '../http-load.ts';
import { median } from '../median.ts';
import { startServer } from '../server-process.ts';
import { uuidV7 } from '../singles.ts';
import { measureHeap } from './heap.ts';
import type { Framework, Protection } from './protection.ts';

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3);
const durationMs = Number(process.env['BENCH_SECONDS'] ?? 4) * 1_000;
const warmUpMs = 1_500;
const connections = 64;
const body = JSON.stringify({ agent: 'agent-7', serviceId: 'search', requests: 3 });

const measured: Readonly<Record<Framework, readonly Protection[]>> = {
  express: ['bare', 'billonce', 'node-idempotency', 'express-idempotency'],
  fastify: ['bare', 'billonce', 'node-idempotency'],
  hono: ['bare', 'billonce', 'node-idempotency'],
};

/** Requests a second of new keys and of replays. */
interface Speed {
  readonly newKeys: number;
  readonly replays: number;
  readonly p99Ms: number;
}

async function measure(framework: Framework, protection: Protection): Promise<Speed> {
  const server = await startServer('bench/library/app-server.ts', {}, [framework, protection]);
  const load = async (nextRequest: () => string) => {
    const report = await loadHttp({
      port: server.port,
      connections,
      warmUpMs,
      durationMs,
      nextRequest,
      staysAwake: true,
    });
    const others = Object.keys(report.statuses).filter((status) => status !== '201');
    if (others.length > 0) throw new Error(`${framework} ${protection} answered ${others.join(', ')}`);
    return report;
  };
  try {
    const newKeys = await load(() => postRequest('/usage', body, [`Idempotency-Key: ${uuidV7()}`]));
    const known = postRequest('/usage', body, [`Idempotency-Key: ${uuidV7()}`]);
    // The first one alone: a peer answers a concurrent duplicate with an error.
    await fetchOnce(server.port, known);
    const replays = await load(() => known);
    return {
      newKeys: newKeys.requestsPerSecond,
      replays: replays.requestsPerSecond,
      p99Ms: newKeys.p99Ms,
    };
  } finally {
    await server.stop();
  }
}

async function fetchOnce(port: number, request: string): Promise<void> {
  await loadHttp({ port, connections: 1, warmUpMs: 0, durationMs: 1, nextRequest: () => request });
}

const speeds = new Map<string, { bare: Speed; speed: Speed }[]>();
for (let round = 1; round <= rounds; round++) {
  for (const framework of ['express', 'fastify', 'hono'] as const) {
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
console.log('\n| framework | protection | new keys/s | ratio | replays/s | ratio | p99 ms |');
console.log('| --- | --- | --- | --- | --- | --- | --- |');
for (const [name, found] of speeds) {
  const of = (pick: (round: (typeof found)[number]) => number) => median(found.map(pick));
  // Each round compares within itself: the bare handler of new keys is what replays are held against, too.
  const newRatio = of(({ bare, speed }) => speed.newKeys / bare.newKeys).toFixed(2);
  const replayRatio = of(({ bare, speed }) => speed.replays / bare.newKeys).toFixed(2);
  const p99 = of(({ speed }) => speed.p99Ms).toFixed(1);
  console.log(
    `| ${name} | ${whole(of(({ speed }) => speed.newKeys))} | ${newRatio} | ${whole(of(({ speed }) => speed.replays))} | ${replayRatio} | ${p99} |`,
  );
}
await measureHeap();
