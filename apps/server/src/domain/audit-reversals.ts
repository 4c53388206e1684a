import type { Entry } from './usage.ts';

/**
 * The reversals of one account, kept by an audit to check that each takes back existing usage, and no part of it twice.
 */
export class ReversalAudit {
  readonly #reversedByVersion = new Map<number, number>();
  /** requests of the entries that were taken back one by one, by their sequences */
  readonly #singles = new Map<number, number>();
  /** in their order; they do not overlap */
  readonly #ranges: { readonly from: number; readonly through: number }[] = [];

  /** where the last range ended */
  get clearedThrough(): number {
    return this.#ranges.at(-1)?.through ?? 0;
  }

  reversedAt(version: number): number {
    return this.#reversedByVersion.get(version) ?? 0;
  }

  /** How many requests of an entry were taken back. */
  reversedOf({ sequence, requests }: Pick<Entry, 'sequence' | 'requests'>): number {
    const range = this.#ranges.findLast(({ from }) => from < sequence);
    if (range !== undefined && sequence <= range.through) return requests;
    return this.#singles.get(sequence) ?? 0;
  }

  /** Adds a reversal with the usage that it may take back, and returns its faults. */
  faultsOf({ id, sequence, requests, reversal }: Entry, taken: ReadonlyMap<number, number>): string[] {
    if (reversal === undefined) return [];
    const { entryId, from, through, lines } = reversal;
    const isRange = entryId === undefined;
    const isBefore = from < through && through < sequence && (isRange || from === through - 1);
    const faults = isBefore ? [] : [`reversal ${id} names what is not before it`];
    if (isRange && from < this.clearedThrough) faults.push(`reversal ${id} overlaps another one`);
    let sum = 0;
    for (const line of lines) {
      sum += line.requests;
      const reversed = this.reversedAt(line.priceVersion) + line.requests;
      if (line.lineReversed !== reversed) faults.push(`reversal ${id} carries a wrong sum of its line`);
      const most = taken.get(line.priceVersion) ?? 0;
      const isRight = isRange ? line.requests === most : line.requests > 0 && line.requests <= most;
      if (!isRight) faults.push(`reversal ${id} takes back another amount`);
      this.#reversedByVersion.set(line.priceVersion, reversed);
    }
    if (sum !== -requests) faults.push(`reversal ${id} is not the sum of its lines`);
    if (lines.length !== taken.size) faults.push(`reversal ${id} leaves out usage of its range`);
    if (isRange) this.#ranges.push({ from, through });
    else this.#singles.set(through, (this.#singles.get(through) ?? 0) + sum);
    return faults;
  }
}
