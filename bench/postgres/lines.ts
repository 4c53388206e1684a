import { median } from '../median.ts';
import type { Measured } from './instances.ts';
import type { OneByOne } from './one-by-one.ts';

/** One measurement of a round. */
export type Line = { readonly name: string } & OneByOne & Partial<Measured>;

type Round = ReadonlyMap<string, Line>;

const columns: readonly (readonly [
  heading: string,
  of: (line: Line) => number | undefined,
  digits: number,
])[] = [
  ['requests/s', (line) => line.perSecond, 0],
  ['p50 ms', (line) => line.p50Ms, 1],
  ['p99 ms', (line) => line.p99Ms, 1],
  ['processor µs a request: instances', (line) => line.instancesMicrosPerRequest, 0],
  ['database', (line) => line.databaseMicrosPerRequest, 0],
  ['log bytes a request', (line) => line.walBytesPerRequest, 0],
  ['commits/s', (line) => line.commitsPerSecond, 0],
];

/** Prints the medians of all rounds, one line for each measurement. */
export function printTable(rounds: readonly Round[]): void {
  console.log(`| | ${columns.map(([heading]) => heading).join(' | ')} |`);
  console.log(`| ${['---', ...columns.map(() => '---')].join(' | ')} |`);
  for (const name of [...(rounds[0]?.keys() ?? [])].sort()) {
    const cells = columns.map(([, of, digits]) => {
      const values = rounds.flatMap((round) => round.get(name) ?? []).flatMap((line) => of(line) ?? []);
      if (values.length === 0) return '-';
      const format = { minimumFractionDigits: digits, maximumFractionDigits: digits };
      return median(values).toLocaleString('en', format);
    });
    console.log(`| ${name} | ${cells.join(' | ')} |`);
  }
}

/** Prints the ratio of the requests of one measurement to the best of some others, taken within each round. */
export function printRatio(rounds: readonly Round[], name: string, others: readonly string[]): void {
  const perSecond = (round: Round, of: string) => round.get(of)?.perSecond ?? Number.NaN;
  const ratios = rounds.map(
    (round) => perSecond(round, name) / Math.max(...others.map((other) => perSecond(round, other))),
  );
  const each = ratios.map((ratio) => ratio.toFixed(2)).join(', ');
  console.log(`\n${name}\nagainst ${others.join('; ')}: ${median(ratios).toFixed(2)} (rounds: ${each})`);
}
