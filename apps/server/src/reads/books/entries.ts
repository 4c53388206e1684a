import type { EntryState } from '../../domain/entry-state.ts';
import type { Entry, KnownUsage } from '../../domain/usage.ts';
import type { EntriesLooked, LookWanted } from '../entries-looked.ts';
import type { AccountKey } from './accounts.ts';

/** Reads of entries. */
export interface EntryReads {
  entry(tenant: string, id: string): Promise<Entry | undefined>;
  /** id of the last entry that there is */
  lastEntryId(tenant: string): Promise<string | undefined>;
  /** which of the usage ids are known, and as what */
  usages(tenant: string, usageIds: ReadonlySet<string>): Promise<ReadonlyMap<string, KnownUsage>>;
  /** what became of entries, by their ids */
  entryStates(tenant: string, ids: readonly string[]): Promise<ReadonlyMap<string, EntryState>>;
  /** entries after an id, in the order in which they were recorded */
  entriesAfter(tenant: string, afterId: string, limit: number): Promise<readonly Entry[]>;
  /** looks at the entries after an id, in the order in which they were recorded, for those that are wanted */
  lookForEntries(wanted: LookWanted): Promise<EntriesLooked>;
  /** adds up the next entries of usage between two ids, without handing them over */
  sumUsage(wanted: UsageSumWanted): Promise<UsageSum>;
  /** entries of an account with sequence in (after, through] */
  entriesOf(account: AccountKey, after: number, through: number, limit: number): Promise<readonly Entry[]>;
}

/** Which entries to add up: those with ids in (after, before), at most so many. */
export interface UsageSumWanted {
  readonly tenant: string;
  readonly afterId: string;
  readonly beforeId: string;
  readonly lookMax: number;
}

/** A sum of some entries of usage. */
export interface UsageSum {
  readonly entries: number;
  readonly requests: bigint;
  /** how many entries were read: also reversals and write-offs */
  readonly looked: number;
  /** the last id that was read */
  readonly lastId: string | undefined;
}
