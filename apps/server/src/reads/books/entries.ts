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
  /** entries after an id, in the order in which they were recorded */
  entriesAfter(tenant: string, afterId: string, limit: number): Promise<readonly Entry[]>;
  /** looks at the entries after an id, in the order in which they were recorded, for those that are wanted */
  lookForEntries(wanted: LookWanted): Promise<EntriesLooked>;
  /** entries of an account with sequence in (after, through] */
  entriesOf(account: AccountKey, after: number, through: number, limit: number): Promise<readonly Entry[]>;
}
