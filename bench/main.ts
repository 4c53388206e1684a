// The benchmark: everything is a ratio, measured in one run, against a bare thing that does the same without
// once-ness. BENCH_ROUNDS and BENCH_SECONDS (a measurement) change how long it takes.
import { availableParallelism, cpus } from 'node:os';
import { measureBulk } from './bulk.ts';
import type { LoadReport } from './http-load.ts';
import { median } from './median.ts';
import { measureSingles } from './singles.ts';

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3);
const durationMs = Number(process.env['BENCH_SECONDS'] ?? 5) * 1_000;
const warmUpMs = 2_000;

interface Line {
  readonly name: string;
  readonly perSecond: number;
  readonly bare: number;
  readonly p99Ms: number;
  readonly bareP99Ms: number | undefined;
}

function line(name: string, report: LoadReport, bare: LoadReport): Line {
  const perSecond = report.requestsPerSecond;
  return { name, perSecond, bare: bare.requestsPerSecond, p99Ms: report.p99Ms, bareP99Ms: bare.p99Ms };
}

async function measureRound(): Promise<Line[]> {
  const singles = await measureSingles(warmUpMs, durationMs);
  const bulk = await measureBulk(warmUpMs, durationMs);
  return [
    line('keyed single, durable, 64 connections (requests/s)', singles.keyed, singles.bare),
    line('replay of a known key, 64 connections (requests/s)', singles.replayed, singles.bare),
    {
      name: 'bulk of 1,000 with ids, durable (items/s)',
      perSecond: bulk.itemsPerSecond,
      bare: bulk.bareRowsPerSecond,
      p99Ms: bulk.p99Ms,
      bareP99Ms: undefined,
    },
  ];
}

/** The medians of the rounds; ratios are taken within each round, where both sides saw the same machine. */
function report(lines: readonly Line[]): string {
  const of = (pick: (line: Line) => number) => median(lines.map(pick));
  const whole = (value: number) => Math.round(value).toLocaleString('en');
  const p99 = of((found) => found.p99Ms).toFixed(1);
  const bareP99 = lines[0]?.bareP99Ms === undefined ? '-' : of((found) => found.bareP99Ms ?? 0).toFixed(1);
  const ratio = of((found) => found.perSecond / found.bare).toFixed(2);
  return `| ${lines[0]?.name} | ${whole(of((l) => l.perSecond))} | ${whole(of((l) => l.bare))} | ${ratio} | ${p99} | ${bareP99} |`;
}

const measured: Line[][] = [];
for (let round = 1; round <= rounds; round++) {
  console.error(`round ${round} of ${rounds} …`);
  measured.push(await measureRound());
}
console.log(
  `Node ${process.version}, ${availableParallelism()} cores, ${cpus()[0]?.model}; medians of ${rounds} rounds`,
);
console.log('\n| | Billonce | bare | ratio | p99 ms | bare p99 ms |\n| --- | --- | --- | --- | --- | --- |');
for (const [index] of (measured[0] ?? []).entries()) {
  console.log(report(measured.flatMap((lines) => lines[index] ?? [])));
}
