import type { Account } from './account.ts';

/** How many entries after a position a command may have to look through, before it is weighed with how many there are. */
export const entriesBehindFirst = 1_000;
/** Looking through this many reversals takes less time than one item: 100,000 take 6 ms on SQLite. */
const entriesPerItem = 200;
/** Heavy enough to be committed alone, and light enough that the queue has room for several. */
const weightMax = 10_000;

/** A command that looks from a position to the end of its account. */
export interface LooksBack {
  /** how many entries after the position it was weighed with; `entriesBehindFirst` without it */
  readonly entriesBehindMax?: number;
}

export function entriesBehindMaxOf({ entriesBehindMax = entriesBehindFirst }: LooksBack): number {
  return entriesBehindMax;
}

/** What such a command weighs. */
export function weightOfLook(command: LooksBack): number {
  const entries = entriesBehindMaxOf(command);
  return entries <= entriesBehindFirst ? 1 : Math.min(weightMax, Math.ceil(entries / entriesPerItem));
}

/** The same command, weighed with the entries that were counted, and some that may come in the meantime. */
export function weighedToLookBack<C extends LooksBack>(command: C, entries: number): C {
  return { ...command, entriesBehindMax: Math.ceil(entries * 1.1) + 10 };
}

/** How many entries may have to be looked through for reversals after a position; none if nothing was ever taken back. */
export function entriesBehind({ sequence: last, reversedRequests }: Account, sequence: number): number {
  return reversedRequests === 0 ? 0 : last - sequence;
}
