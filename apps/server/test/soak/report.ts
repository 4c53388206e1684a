import type { Seen } from './honest.ts';
import type { ProcessFacts } from './process-facts.ts';

/** What the honest tenant saw beside one pattern, and what the server held at its end. */
export interface Slice {
  readonly name: string;
  readonly seen: Seen;
  readonly facts: ProcessFacts;
}

/** The value that half, or another share, of the values do not exceed. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** How many times its latency alone the median of a slice is. */
export function slowdown({ seen }: Slice, alone: Slice): number {
  return quantile(seen.writeMs, 0.5) / Math.max(0.001, quantile(alone.seen.writeMs, 0.5));
}

/** The table of a soak, as Markdown; the first slice is without an attack. */
export function tableOf(slices: readonly Slice[]): string {
  const [alone] = slices;
  if (alone === undefined) return '';
  const ms = (values: readonly number[], share: number) => quantile(values, share).toFixed(1);
  const rows = slices.map((slice) => {
    const { name, seen, facts } = slice;
    return [
      name,
      seen.writeMs.length,
      ms(seen.writeMs, 0.5),
      slowdown(slice, alone).toFixed(1),
      ms(seen.writeMs, 0.99),
      seen.refusedTries,
      ms(seen.deliveryMs, 0.5),
      facts.memoryMiB,
      facts.descriptors,
    ];
  });
  const head = [
    'beside',
    'writes',
    'p50 ms',
    '× alone',
    'p99 ms',
    'refused',
    'delivery ms',
    'MiB',
    'descriptors',
  ];
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
