import type { Seen } from './honest.ts';
import type { ProcessFacts } from './process-facts.ts';

/** The measurements of the honest tenant during one pattern, and the server's resources at its end. */
export interface Slice {
  readonly name: string;
  readonly seen: Seen;
  /** messages that had not arrived at its end */
  readonly undelivered: number;
  readonly facts: ProcessFacts;
}

/** The value that a share of the values does not exceed. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** The factor between the median of a slice and the median alone. */
export function slowdown({ seen }: Slice, alone: Slice): number {
  return quantile(seen.writeMs, 0.5) / Math.max(0.001, quantile(alone.seen.writeMs, 0.5));
}

/** The first two lines of a soak's table, as Markdown. */
export const tableHead = [
  [
    'beside',
    'writes',
    'p50 ms',
    '× alone',
    'p99 ms',
    'refused',
    'unanswered',
    'delivery ms',
    'undelivered',
    'MiB',
    'descriptors',
  ],
  Array.from({ length: 11 }, () => '---'),
]
  .map((row) => `| ${row.join(' | ')} |`)
  .join('\n');

/** A line of this table. */
export function tableRow(slice: Slice, alone: Slice): string {
  const { name, seen, undelivered, facts } = slice;
  const ms = (values: readonly number[], share: number) => quantile(values, share).toFixed(1);
  const cells = [
    name,
    seen.writeMs.length,
    ms(seen.writeMs, 0.5),
    slowdown(slice, alone).toFixed(1),
    ms(seen.writeMs, 0.99),
    seen.refusedTries,
    seen.unanswered,
    seen.deliveryMs.length === 0 ? 'none' : ms(seen.deliveryMs, 0.5),
    undelivered,
    facts.memoryMiB,
    facts.descriptors,
  ];
  return `| ${cells.join(' | ')} |`;
}
