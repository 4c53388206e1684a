import type { Account } from '../../domain/account.ts';
import type { PlacedWriteOff } from '../../domain/agent-statement.ts';
import type { Position } from '../../domain/position.ts';
import type { Service } from '../../domain/service.ts';
import type { SummedAccounts } from '../summed-accounts.ts';

/** Reads of accounts. */
export interface AccountReads {
  /** tenants that have accounts, after a name, by their names; '' begins */
  tenantsAfter(after: string, limit: number): Promise<readonly string[]>;
  /** whether a tenant has an API key, also a revoked one, an account, a service or a webhook */
  hasTenant(tenant: string): Promise<boolean>;
  account(account: AccountKey): Promise<Account | undefined>;
  /** account and service as they were at one moment */
  accountAndService(account: AccountKey): Promise<AccountAndService>;
  /**
   * The position up to which an account has what was recorded before a moment and is not settled. It is before the first entry that
   * was reversed after that: a bill up to there would count what is no longer owed. `undefined`: there is no such account.
   */
  positionBefore(account: AccountKey, recordedBeforeMs: number): Promise<Position | undefined>;
  /**
   * The position of the last entry with a sequence in (after, through] that was recorded before a moment, or of `after` itself.
   * `undefined`: there is no such account.
   */
  positionRecordedBefore(
    account: AccountKey,
    recordedBeforeMs: number,
    range: SequenceRange,
  ): Promise<Position | undefined>;
  /** the first write-offs of an account, in their order */
  writeOffsOf(account: AccountKey, limit: number): Promise<readonly PlacedWriteOff[]>;
  /** agents that have accounts, after a name, by their names; '' begins */
  agentsAfter(tenant: string, after: string, limit: number): Promise<readonly string[]>;
  /** accounts of an agent after a service, by their services; '' begins */
  accountsOf(tenant: string, agent: string, after: string, limit: number): Promise<readonly Account[]>;
  /**
   * a page of accounts with their services, in the order of the engine; '' begins, and an invalid place has nothing
   * after it
   */
  accountsAfter(filter: AccountsFilter, after: string, limit: number): Promise<AccountsPage>;
  /** sums the next accounts by service; '' begins */
  sumAccounts(filter: AccountsFilter, after: string, limit: number): Promise<SummedAccounts>;
  /** counts the next agents that have accounts, after a name; '' begins */
  countAgents(tenant: string, after: string, limit: number): Promise<CountedNames>;
}

/** What names an account. */
export interface AccountKey {
  readonly tenant: string;
  readonly agent: string;
  readonly serviceId: string;
}

/** Entries of an account with sequence in (after, through]. */
export interface SequenceRange {
  readonly after: number;
  readonly through: number;
}

export interface AccountAndService {
  readonly account: Account | undefined;
  readonly service: Service | undefined;
}

/** All accounts of a tenant, or those of one of its services. */
export interface AccountsFilter {
  readonly tenant: string;
  readonly serviceId: string | undefined;
}

export interface AccountsPage {
  readonly items: readonly (AccountAndService & { readonly account: Account })[];
  /** where the list continues, now or when more has come in */
  readonly next: string;
  readonly hasMore: boolean;
}

/** A count of some names. */
export interface CountedNames {
  readonly counted: number;
  /** the name after which counting goes on; `undefined` at the end */
  readonly next: string | undefined;
}
