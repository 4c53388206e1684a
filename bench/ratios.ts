import { measureBulk } from './bulk.ts';
import { median } from './median.ts';
import type { ProcessUse } from './process-use.ts';
import { type Measured, measureSingles } from './singles.ts';

const warmUpMs = 2_000;

interface Line {
  readonly name: string;
  readonly perSecond: number;
  readonly bare: number;
  readonly p99Ms: number;
  readonly bareP99Ms: number | undefined;
  /** for each request or item */
  readonly each: ProcessUse;
  readonly generatorUs: number;
}

function line(name: string, { load, each }: Measured, bare: Measured): Line {
  return {
    name,
    perSecond: load.requestsPerSecond,
    bare: bare.load.requestsPerSecond,
    p99Ms: load.p99Ms,
    bareP99Ms: bare.load.p99Ms,
    each,
    generatorUs: load.generatorUs,
  };
}

async function measureRound(durationMs: number): Promise<Line[]> {
  const { bare, timed, random, replayed } = await measureSingles(warmUpMs, durationMs);
  const bulk = await measureBulk(warmUpMs, durationMs);
  return [
    line('keyed single, durable, UUIDv7 keys (requests/s)', timed, bare),
    line('keyed single, durable, random keys (requests/s)', random, bare),
    line('replay of a known key (requests/s)', replayed, bare),
    line('bare Fastify (requests/s)', bare, bare),
    {
      name: 'bulk of 1,000 with ids, durable (items/s)',
      perSecond: bulk.itemsPerSecond,
      bare: bulk.bareRowsPerSecond,
      p99Ms: bulk.p99Ms,
      bareP99Ms: undefined,
      each: bulk.each,
      generatorUs: bulk.generatorUs,
    },
  ];
}

/** The medians of the rounds. Ratios are taken within a round, because both sides then ran under the same conditions. */
function report(lines: readonly Line[]): string {
  const of = (pick: (line: Line) => number) => median(lines.map(pick));
  const whole = (value: number) => Math.round(value).toLocaleString('en');
  const known = (pick: (line: Line) => number | undefined, print: (value: number) => string) => {
    const values = lines.map(pick).filter((value) => value !== undefined);
    return values.length === 0 ? '-' : print(median(values));
  };
  const micro = (pick: (line: Line) => number) => of(pick).toFixed(1);
  const ratio = of((found) => found.perSecond / found.bare).toFixed(2);
  const cells = [
    lines[0]?.name,
    whole(of((found) => found.perSecond)),
    whole(of((found) => found.bare)),
    ratio,
    of((found) => found.p99Ms).toFixed(1),
    known(
      (found) => found.bareP99Ms,
      (value) => value.toFixed(1),
    ),
    micro((found) => found.each.processorUs),
    micro((found) => found.each.mainUs),
    micro((found) => found.each.workersUs),
    micro((found) => found.each.restUs),
    micro((found) => found.generatorUs),
    whole(of((found) => found.each.bytesWritten)),
  ];
  return `| ${cells.join(' | ')} |`;
}

/**
 * Measures writes, replays and bulks against bare code that does the same without idempotency, and prints the ratios and
 * the costs.
 */
export async function printRatios(rounds: number, durationMs: number): Promise<void> {
  const measured: Line[][] = [];
  for (let round = 1; round <= rounds; round++) {
    console.error(`ratios: round ${round} of ${rounds} …`);
    measured.push(await measureRound(durationMs));
  }
  console.log(
    '\nProcessor time in µs for each request, or item: of the server in all, of its threads, and of the load generator beside it.',
  );
  console.log(
    '\n| | Billonce | bare | ratio | p99 ms | bare p99 ms | server µs | HTTP | writer | rest | generator µs | bytes written |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
  );
  for (const [index] of (measured[0] ?? []).entries()) {
    console.log(report(measured.flatMap((lines) => lines[index] ?? [])));
  }
}
