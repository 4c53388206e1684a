// The cost of several HTTP threads: keyed singles and replays on servers with one and with two, in interleaved rounds with all servers up
// at once: `node bench/http-threads.ts`, or with the main file of another version, which runs with one. BENCH_ROUNDS and BENCH_SECONDS
// change how long it takes.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadHttp } from './http-load.ts';
import { median } from './median.ts';
import { processUse, useEach } from './process-use.ts';
import { startServer } from './server-process.ts';
import { UsageRequests, uuidV7 } from './usage-requests.ts';

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5);
const durationMs = Number(process.env['BENCH_SECONDS'] ?? 3) * 1_000;
const connections = 64;
const main = 'apps/server/src/main.ts';
const [otherMain] = process.argv.slice(2);

const folder = mkdtempSync(join(tmpdir(), 'billonce-bench-'));
const sides = [
  ...(otherMain === undefined ? [] : [{ name: 'the other version', file: otherMain, threads: '1' }]),
  { name: 'one HTTP thread', file: main, threads: '1' },
  { name: 'two HTTP threads', file: main, threads: '2' },
];
const servers = await Promise.all(
  sides.map(({ file, threads }, at) =>
    startServer(file, {
      PORT: '0',
      LOG_LEVEL: 'fatal',
      HTTP_THREADS: threads,
      DATABASE_URL: `file:${join(folder, `books-${at}.db`)}`,
    }),
  ),
);
const requests = new UsageRequests();
const known = requests.next(uuidV7());
const kinds = { 'new keys': () => requests.next(uuidV7()), replays: () => known };
const measured = new Map<
  string,
  { readonly perSecond: number; readonly us: number; readonly p99Ms: number }[]
>();

// The first round compiles the code, and is not counted.
for (let round = 0; round <= rounds; round++) {
  for (const [kind, nextRequest] of Object.entries(kinds)) {
    for (const [at, { port, pid }] of servers.entries()) {
      const before = processUse(pid);
      const load = await loadHttp({ port, connections, warmUpMs: 0, durationMs, nextRequest });
      const each = useEach(before, processUse(pid), load.requests);
      if (round === 0) continue;
      const name = `${kind}, ${sides[at]?.name}`;
      const line = { perSecond: load.requestsPerSecond, us: each.processorUs, p99Ms: load.p99Ms };
      measured.set(name, [...(measured.get(name) ?? []), line]);
    }
  }
}
console.log('| | requests/s | processor µs each | p99 ms |\n| --- | --- | --- | --- |');
for (const [name, lines] of measured) {
  const [perSecond, us, p99Ms] = (['perSecond', 'us', 'p99Ms'] as const).map((member) =>
    median(lines.map((line) => line[member])),
  );
  console.log(`| ${name} | ${perSecond?.toFixed(0)} | ${us?.toFixed(1)} | ${p99Ms?.toFixed(1)} |`);
}
for (const [at, { pid }] of servers.entries()) {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  console.log(`${sides[at]?.name}: ${(Number(kilobytes) / 1_024).toFixed(0)} MB resident after the load`);
}
for (const server of servers) await server.stop();
rmSync(folder, { recursive: true });
