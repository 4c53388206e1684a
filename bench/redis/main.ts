// The cost of waiting for a replica: new keys on the Redis store, on a cluster of three masters with a replica each,
// without and with `replicas: 1`, in one run. BENCH_ROUNDS and BENCH_SECONDS (a measurement) change how long it takes.
import { availableParallelism, cpus } from 'node:os';
import {
  type RedisCluster,
  startReplicatedRedisCluster,
} from '../../packages/idempotency/test/harness/redis-cluster.ts';
import { type LoadReport, loadHttp, postRequest } from '../http-load.ts';
import { median } from '../median.ts';
import { startServer } from '../server-process.ts';
import { uuidV7 } from '../usage-requests.ts';

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3);
const durationMs = Number(process.env['BENCH_SECONDS'] ?? 4) * 1_000;
const warmUpMs = 1_500;
const body = JSON.stringify({ agent: 'agent-7', serviceId: 'search', requests: 3 });
const nextRequest = () => postRequest('/usage', body, [`Idempotency-Key: ${uuidV7()}`]);

async function measure(cluster: RedisCluster, driver: string, replicas: number, connections: number) {
  const ports = cluster.nodes.map(({ port }) => `${port}`);
  const server = await startServer('bench/redis/app-server.ts', {}, [driver, `${replicas}`, ...ports]);
  try {
    const report = await loadHttp({ port: server.port, connections, warmUpMs, durationMs, nextRequest });
    const others = Object.keys(report.statuses).filter((status) => status !== '201');
    if (others.length > 0) throw new Error(`${driver}, replicas ${replicas}, answered ${others.join(', ')}`);
    return report;
  } finally {
    await server.stop();
  }
}

const found = new Map<string, LoadReport[]>();
const cluster = await startReplicatedRedisCluster();
try {
  for (let round = 1; round <= rounds; round++) {
    console.error(`round ${round} of ${rounds} …`);
    for (const driver of ['ioredis', 'node-redis']) {
      for (const connections of [1, 64]) {
        for (const replicas of [0, 1]) {
          const name = `${driver} | ${connections} | ${replicas}`;
          const report = await measure(cluster, driver, replicas, connections);
          found.set(name, [...(found.get(name) ?? []), report]);
        }
      }
    }
  }
} finally {
  await cluster.stop();
}

console.log(
  `Node ${process.version}, ${availableParallelism()} cores, ${cpus()[0]?.model}; medians of ${rounds} rounds`,
);
console.log(
  '\n| driver | connections | replicas | new keys/s | p50 ms | p99 ms |\n| --- | --- | --- | --- | --- | --- |',
);
for (const [name, reports] of found) {
  const of = (pick: (report: LoadReport) => number) => median(reports.map(pick));
  const speed = Math.round(of(({ requestsPerSecond }) => requestsPerSecond)).toLocaleString('en');
  const [p50, p99] = [of(({ p50Ms }) => p50Ms).toFixed(2), of(({ p99Ms }) => p99Ms).toFixed(2)];
  console.log(`| ${name} | ${speed} | ${p50} | ${p99} |`);
}
