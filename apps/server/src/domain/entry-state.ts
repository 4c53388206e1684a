import type { Price } from './amount.ts';
import type { Entry } from './usage.ts';

/** What became of an entry after it was recorded, and its prices. */
export interface EntryState {
  /** the bill that covers it */
  readonly settlementId: string | undefined;
  /** how many of its requests later entries took back; all of them: it is reversed */
  readonly reversedRequests: number;
  /** by the price versions of its usage, or of what it takes back; none for a version that has no price yet */
  readonly prices: ReadonlyMap<number, Price>;
}

/** An entry, and what became of it. */
export interface StatedEntry {
  readonly entry: Entry;
  readonly state: EntryState;
}
