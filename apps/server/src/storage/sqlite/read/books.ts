import type {
  AccountAndService,
  AccountKey,
  AccountsFilter,
  Books,
  RecordKey,
  TakeDue,
  WaitingWebhook,
} from '../../../reads/books.ts';
import type { LookWanted } from '../../../reads/entries-looked.ts';
import type { TallyWanted } from '../../../reads/event-tally.ts';
import type { EventRows, EventsWanted } from '../../../reads/merge-events.ts';
import type { AnswerCap } from '../../stored-answer.ts';
import type { Connection } from '../connection.ts';
import type { Snapshots } from '../snapshots.ts';
import {
  loadAccount,
  loadAccountsOf,
  loadAgentsAfter,
  loadTenantsAfter,
  type NumberedAccount,
} from './accounts.ts';
import { loadAccountsPage } from './accounts-page.ts';
import { loadActCount, loadActNumbers, loadActsBefore, loadActTenants } from './acts.ts';
import { countApiKeys, hasUncheckedApiKeys, loadApiKeyByDigest, loadApiKeysAfter } from './api-keys.ts';
import { loadDeliveriesBefore, loadDue, loadWaitingWebhooks } from './deliveries.ts';
import { loadEntriesBeyond, loadEntriesOf, loadEntry, loadLastEntryId, loadUsages } from './entries.ts';
import { loadEvent, loadEventsBeyond } from './events.ts';
import { loadIds } from './ids.ts';
import { lookForEntries } from './look-for-entries.ts';
import { loadPause, loadSettings } from './operator.ts';
import { loadKeyFacts } from './records.ts';
import { loadPrices, loadPricesAfter, loadService, loadServicesAfter } from './services.ts';
import {
  loadLastSettlementId,
  loadSettlement,
  loadSettlementsBeyond,
  loadSettlementsOf,
} from './settlements.ts';
import { countAgents, countServices, sumAccounts } from './sum-accounts.ts';
import { tallyEvents } from './tally-events.ts';
import { hasTenant } from './tenants.ts';
import { loadWebhook, loadWebhooks } from './webhooks.ts';

/** Reads of a database file. Each is short: it runs on the calling thread. */
export class SqliteBooks implements Books {
  readonly #snapshots: Snapshots;
  readonly #cap: AnswerCap;

  constructor(snapshots: Snapshots, cap: AnswerCap) {
    this.#snapshots = snapshots;
    this.#cap = cap;
  }

  ping() {
    return this.#read((connection) => {
      connection.get('SELECT only FROM ledger_clock');
    });
  }

  pause() {
    return this.#read(loadPause);
  }

  settings() {
    return this.#read(loadSettings);
  }

  idsAheadMaxMs() {
    return this.#read((connection) => loadIds(connection).aheadMaxMs);
  }

  hasTenant(tenant: string) {
    return this.#read((connection) => hasTenant(connection, tenant));
  }

  tenantsAfter(after: string, limit: number) {
    return this.#read((connection) => loadTenantsAfter(connection, after, limit));
  }

  account(key: AccountKey) {
    return this.#read((connection) => this.#accountOf(connection, key)?.account);
  }

  service(tenant: string, serviceId: string) {
    return this.#read((connection) => loadService(connection, tenant, serviceId));
  }

  accountAndService(key: AccountKey) {
    return this.#read(
      (connection): AccountAndService => ({
        account: this.#accountOf(connection, key)?.account,
        service: loadService(connection, key.tenant, key.serviceId),
      }),
    );
  }

  servicesAfter(tenant: string, after: string, limit: number) {
    return this.#read((connection) => loadServicesAfter(connection, tenant, after, limit));
  }

  prices(tenant: string, serviceId: string) {
    return this.#read((connection) => loadPrices(connection, tenant, serviceId));
  }

  pricesAfter(tenant: string, serviceId: string, after: number, limit: number) {
    return this.#read((connection) => loadPricesAfter(connection, tenant, serviceId, after, limit));
  }

  agentsAfter(tenant: string, after: string, limit: number) {
    return this.#read((connection) => loadAgentsAfter(connection, tenant, after, limit));
  }

  accountsOf(tenant: string, agent: string, after: string, limit: number) {
    return this.#read((connection) =>
      loadAccountsOf(connection, tenant, agent, after, limit).map(({ account }) => account),
    );
  }

  entry(tenant: string, id: string) {
    return this.#read((connection) => loadEntry(connection, tenant, id));
  }

  lastEntryId(tenant: string) {
    return this.#read((connection) => loadLastEntryId(connection, tenant));
  }

  usages(tenant: string, usageIds: ReadonlySet<string>) {
    return this.#read((connection) => loadUsages(connection, tenant, usageIds));
  }

  entriesAfter(tenant: string, afterId: string, limit: number) {
    return this.#read((connection) =>
      loadEntriesBeyond(connection, { tenant, order: 'asc', beyondId: afterId, limit }),
    );
  }

  lookForEntries(wanted: LookWanted) {
    return this.#read((connection) => lookForEntries(connection, wanted));
  }

  entriesOf(key: AccountKey, after: number, through: number, limit: number) {
    return this.#read((connection) => {
      const number = this.#accountOf(connection, key)?.number;
      return number === undefined ? [] : loadEntriesOf(connection, number, after, through, limit);
    });
  }

  settlement(tenant: string, id: string) {
    return this.#read((connection) => loadSettlement(connection, tenant, id));
  }

  lastSettlementId(tenant: string) {
    return this.#read((connection) => loadLastSettlementId(connection, tenant));
  }

  settlementsAfter(tenant: string, afterId: string, limit: number) {
    return this.#read((connection) =>
      loadSettlementsBeyond(connection, { tenant, order: 'asc', beyondId: afterId, limit }),
    );
  }

  settlementsOf(key: AccountKey, after: number, through: number, limit: number) {
    return this.#read((connection) => {
      const number = this.#accountOf(connection, key)?.number;
      if (number === undefined) return [];
      return loadSettlementsOf(connection, key.tenant, number, after, through, limit);
    });
  }

  accountsAfter(filter: AccountsFilter, after: string, limit: number) {
    return this.#read((connection) => loadAccountsPage(connection, filter, after, limit));
  }

  sumAccounts(filter: AccountsFilter, after: string, limit: number) {
    return this.#read((connection) => sumAccounts(connection, filter, after, limit));
  }

  countAgents(tenant: string, after: string, limit: number) {
    return this.#read((connection) => countAgents(connection, tenant, after, limit));
  }

  countServices(tenant: string, after: string, limit: number) {
    return this.#read((connection) => countServices(connection, tenant, after, limit));
  }

  keyFacts(key: RecordKey) {
    return this.#read((connection) => loadKeyFacts(connection, key, this.#cap));
  }

  apiKeyByDigest(digest: string) {
    return this.#read((connection) => loadApiKeyByDigest(connection, digest));
  }

  apiKeysAfter(after: string, limit: number, skipped: number, includesRevoked: boolean) {
    return this.#read((connection) => loadApiKeysAfter(connection, after, limit, skipped, includesRevoked));
  }

  hasUncheckedApiKeys() {
    return this.#read(hasUncheckedApiKeys);
  }

  countApiKeys(tenant: string | undefined) {
    return this.#read((connection) => countApiKeys(connection, tenant));
  }

  actsBefore(tenant: string | undefined, beforeId: string, limit: number) {
    return this.#read((connection) => loadActsBefore(connection, tenant, beforeId, limit));
  }

  actCount(tenant: string) {
    return this.#read((connection) => loadActCount(connection, tenant));
  }

  actNumbers(tenant: string, after: number, through: number, limit: number) {
    return this.#read((connection) => loadActNumbers(connection, tenant, after, through, limit));
  }

  actTenantsAfter(after: string, limit: number) {
    return this.#read((connection) => loadActTenants(connection, after, limit));
  }

  events(wanted: EventsWanted) {
    return this.#read((connection): EventRows => {
      const { entries, settlements, noted } = wanted.kinds;
      return {
        entries: entries ? loadEntriesBeyond(connection, wanted) : [],
        settlements: settlements ? loadSettlementsBeyond(connection, wanted) : [],
        noted: noted ? loadEventsBeyond(connection, wanted) : [],
      };
    });
  }

  tallyEvents(wanted: TallyWanted) {
    return this.#read((connection) => tallyEvents(connection, wanted));
  }

  notedEvent(tenant: string, id: string) {
    return this.#read((connection) => loadEvent(connection, tenant, id));
  }

  webhooks(tenant: string) {
    return this.#read((connection) => loadWebhooks(connection, tenant));
  }

  webhook(tenant: string, id: string) {
    return this.#read((connection) => loadWebhook(connection, tenant, id));
  }

  deliveriesBefore(tenant: string, webhookId: string, beforeEventId: string, limit: number) {
    return this.#read((connection) =>
      loadDeliveriesBefore(connection, tenant, webhookId, beforeEventId, limit),
    );
  }

  waitingWebhooks(after: WaitingWebhook | undefined, nowMs: number, limit: number) {
    return this.#read((connection) => loadWaitingWebhooks(connection, after, nowMs, limit));
  }

  takeDue(waiting: WaitingWebhook, take: TakeDue) {
    return this.#read((connection) => loadDue(connection, waiting, take));
  }

  close(): void {
    this.#snapshots.close();
  }

  #accountOf(connection: Connection, { tenant, agent, serviceId }: AccountKey): NumberedAccount | undefined {
    return loadAccount(connection, tenant, agent, serviceId);
  }

  #read<T>(read: (connection: Connection) => T): Promise<T> {
    return this.#snapshots.read(read);
  }
}
