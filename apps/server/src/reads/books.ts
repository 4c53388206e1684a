import type { Account } from '../domain/account.ts';
import type { Act } from '../domain/act.ts';
import type { ApiKey } from '../domain/api-key.ts';
import type { Delivery } from '../domain/delivery.ts';
import type { NotedEvent } from '../domain/event.ts';
import type { Pause } from '../domain/pause.ts';
import type { PriceVersion, Service } from '../domain/service.ts';
import type { Settings } from '../domain/settings.ts';
import type { Settlement } from '../domain/settlement.ts';
import type { Entry, KnownUsage } from '../domain/usage.ts';
import type { Webhook } from '../domain/webhook.ts';
import type { EntriesLooked, LookWanted } from './entries-looked.ts';
import type { EventTally, TallyWanted } from './event-tally.ts';
import type { EventRows, EventsWanted } from './merge-events.ts';
import type { SummedAccounts } from './summed-accounts.ts';

/** The read side of a storage engine: small reads, each bounded, of what was committed. */
export interface Books {
  /** @throws {Error} when the database cannot be read */
  ping(): Promise<void>;
  pause(): Promise<Pause>;
  settings(): Promise<Settings>;
  /** the most by which the time in an id was ever ahead of the time when its thing was recorded */
  idsAheadMaxMs(): Promise<number>;
  /** tenants that have accounts, behind a name, by their names; '' begins */
  tenantsAfter(after: string, limit: number): Promise<readonly string[]>;
  /** whether a tenant has an API key, also a revoked one, an account, a service or a webhook */
  hasTenant(tenant: string): Promise<boolean>;
  account(account: AccountKey): Promise<Account | undefined>;
  service(tenant: string, serviceId: string): Promise<Service | undefined>;
  /** account and service as they were at one moment */
  accountAndService(account: AccountKey): Promise<AccountAndService>;
  /** services behind an id, by their ids; '' begins */
  servicesAfter(tenant: string, after: string, limit: number): Promise<readonly Service[]>;
  /** prices of a service by version */
  prices(tenant: string, serviceId: string): Promise<ReadonlyMap<number, bigint>>;
  /** prices of a service behind a version, in their order; 0 begins */
  pricesAfter(
    tenant: string,
    serviceId: string,
    after: number,
    limit: number,
  ): Promise<readonly PriceVersion[]>;
  /** agents that have accounts, behind a name, by their names; '' begins */
  agentsAfter(tenant: string, after: string, limit: number): Promise<readonly string[]>;
  /** accounts of an agent behind a service, by their services; '' begins */
  accountsOf(tenant: string, agent: string, after: string, limit: number): Promise<readonly Account[]>;
  entry(tenant: string, id: string): Promise<Entry | undefined>;
  /** id of the last entry that there is */
  lastEntryId(tenant: string): Promise<string | undefined>;
  /** which of the usage ids are known, and as what */
  usages(tenant: string, usageIds: ReadonlySet<string>): Promise<ReadonlyMap<string, KnownUsage>>;
  /** entries behind an id, in the order in which they were recorded */
  entriesAfter(tenant: string, afterId: string, limit: number): Promise<readonly Entry[]>;
  /** looks at the entries behind an id, in the order in which they were recorded, for those that are wanted */
  lookForEntries(wanted: LookWanted): Promise<EntriesLooked>;
  /** entries of an account with sequence in (after, through] */
  entriesOf(account: AccountKey, after: number, through: number, limit: number): Promise<readonly Entry[]>;
  settlement(tenant: string, id: string): Promise<Settlement | undefined>;
  lastSettlementId(tenant: string): Promise<string | undefined>;
  /** settlements behind an id, in the order in which they were made */
  settlementsAfter(tenant: string, afterId: string, limit: number): Promise<readonly Settlement[]>;
  /** settlements of an account with number in (after, through] */
  settlementsOf(
    account: AccountKey,
    after: number,
    through: number,
    limit: number,
  ): Promise<readonly Settlement[]>;
  /** a page of accounts with their services, in the engine's own order; '' begins, and after what is no place there is nothing */
  accountsAfter(filter: AccountsFilter, after: string, limit: number): Promise<AccountsPage>;
  /** sums the next accounts by service; '' begins */
  sumAccounts(filter: AccountsFilter, after: string, limit: number): Promise<SummedAccounts>;
  /** counts the next agents that have accounts, after a name; '' begins */
  countAgents(tenant: string, after: string, limit: number): Promise<CountedNames>;
  /** looks at the next services after an id, and counts those that were not deleted; '' begins */
  countServices(tenant: string, after: string, limit: number): Promise<CountedNames>;
  keyFacts(key: RecordKey): Promise<KeyFacts | undefined>;
  apiKeyByDigest(digest: string): Promise<ApiKey | undefined>;
  /** keys after a prefix, by their prefixes, without the first `skipped`; '' begins */
  apiKeysAfter(
    after: string,
    limit: number,
    skipped: number,
    includesRevoked: boolean,
  ): Promise<readonly ApiKey[]>;
  /** whether a key that is not revoked has no checksum */
  hasUncheckedApiKeys(): Promise<boolean>;
  /** keys of a tenant, or of all tenants, that are not revoked */
  countApiKeys(tenant: string | undefined): Promise<number>;
  /** administrative acts before an id, the newest first: of a tenant, or of all */
  actsBefore(tenant: string | undefined, beforeId: string, limit: number): Promise<readonly Act[]>;
  /** how many acts of a tenant were ever logged; `undefined` where the count is missing, or there were none */
  actCount(tenant: string): Promise<number | undefined>;
  /** numbers of the acts of a tenant in (after, through], in their order; the first act has 1 */
  actNumbers(tenant: string, after: number, through: number, limit: number): Promise<readonly number[]>;
  /** tenants of which acts were logged, after a name, by their names; '' begins */
  actTenantsAfter(after: string, limit: number): Promise<readonly string[]>;
  /** facts that are events, of several kinds, all as they were at one moment */
  events(wanted: EventsWanted): Promise<EventRows>;
  /** counts the next events by type */
  tallyEvents(wanted: TallyWanted): Promise<EventTally>;
  notedEvent(tenant: string, id: string): Promise<NotedEvent | undefined>;
  /** webhooks of a tenant that were not deleted */
  webhooks(tenant: string): Promise<readonly Webhook[]>;
  webhook(tenant: string, id: string): Promise<Webhook | undefined>;
  /** deliveries to a webhook of events before an id, the newest first */
  deliveriesBefore(
    tenant: string,
    webhookId: string,
    beforeEventId: string,
    limit: number,
  ): Promise<readonly Delivery[]>;
  /** webhooks after another one to which something is pending, and perhaps due, by tenant and id; `undefined` begins */
  waitingWebhooks(
    after: WaitingWebhook | undefined,
    nowMs: number,
    limit: number,
  ): Promise<readonly LookedAtWebhook[]>;
  /** deliveries to a webhook whose time has come, the longest waiting first; nobody else takes them for a while */
  takeDue(waiting: WaitingWebhook, take: TakeDue): Promise<readonly Delivery[]>;
  close(): void | Promise<void>;
}

/** A count of some names. */
export interface CountedNames {
  readonly counted: number;
  /** the name after which counting goes on; `undefined` at the end */
  readonly next: string | undefined;
}

/** What is taken of the deliveries that are due. */
export interface TakeDue {
  readonly nowMs: number;
  /** until when they are the taker's: if it has not said by then what came of them, it is taken for dead */
  readonly untilMs: number;
  readonly limit: number;
  /** whether only tests are taken, as those that ask for a proof of ownership */
  readonly onlyTests: boolean;
  /** events that the taker has on their way to this webhook */
  readonly inFlight: ReadonlySet<string>;
}

/** A webhook to which something is pending. */
export interface WaitingWebhook {
  readonly tenant: string;
  readonly webhookId: string;
}

/** A webhook that was looked at for what is due. */
export interface LookedAtWebhook extends WaitingWebhook {
  /** whether the time of something has come */
  readonly isDue: boolean;
}

/** What names an account. */
export interface AccountKey {
  readonly tenant: string;
  readonly agent: string;
  readonly serviceId: string;
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

/** What names the record of an idempotency key. */
export interface RecordKey {
  readonly tenant: string;
  readonly scope: string;
  readonly digest: string;
}

/** What there is to tell of an idempotency key. */
export interface KeyFacts {
  readonly firstSeenAtMs: number;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly location: string | undefined;
  /** `undefined` when the answer was evicted or has left with its day */
  readonly answerExpiresAtMs: number | undefined;
}
