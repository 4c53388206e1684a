import { setMaxListeners } from 'node:events';
import type { Service } from '../../../domain/service.ts';
import { StorageFault } from '../../../ledger/storage-port.ts';
import type {
  AccountKey,
  AccountsFilter,
  AccountsPage,
  Books,
  RecordKey,
  TakeDue,
  WaitingWebhook,
} from '../../../reads/books.ts';
import type { LookWanted } from '../../../reads/entries-looked.ts';
import type { TallyWanted } from '../../../reads/event-tally.ts';
import type { EventRows, EventsWanted } from '../../../reads/merge-events.ts';
import { ReadPlaces, ReadRefused } from '../../../reads/read-places.ts';
import type { AnswerCap } from '../../stored-answer.ts';
import { flag } from '../columns.ts';
import type { Connection } from '../connection.ts';
import type { TailHorizon } from '../database/tail-horizon.ts';
import type { ReadPool } from '../pool.ts';
import { loadAccountAndService } from './account-and-service.ts';
import {
  loadAccount,
  loadAccountsAfter,
  loadAccountsOf,
  loadAgentsAfter,
  loadTenantsAfter,
} from './accounts.ts';
import { loadActCount, loadActNumbers, loadActsBefore, loadActTenants } from './acts.ts';
import { countApiKeys, hasUncheckedApiKeys, loadApiKeysAfter } from './api-keys.ts';
import { loadDeliveriesBefore, loadWaitingWebhooks, takeDue } from './deliveries.ts';
import { loadEntriesBeyond, loadEntriesOf, loadEntry, loadLastEntryId, loadUsages } from './entries.ts';
import { loadEvent, loadEventsBeyond } from './events.ts';
import type { KnownApiKeys } from './known-api-keys.ts';
import { lookForEntries } from './look-for-entries.ts';
import { loadOperator } from './operator.ts';
import { loadKeyFacts } from './records.ts';
import { loadPrices, loadPricesAfter, loadService, loadServices, loadServicesAfter } from './services.ts';
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

/** What reads of the database work with. */
export interface BooksParts {
  readonly pool: Pick<ReadPool, 'use' | 'close'>;
  /** for looks whether the database answers, which do not wait for reads of tenants */
  readonly pulse: ReadPool;
  readonly cap: AnswerCap;
  readonly horizon: TailHorizon;
  readonly apiKeys: KnownApiKeys;
}

const isWritableSql = `SELECT NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off' AS is_writable
  FROM schema_versions LIMIT 1`;
/** The reads of all share the connections, which take 1,000 at a time: a tenant alone must not take all of them, nor make others wait for long. */
const placeLimits = { runningMax: 800, runningOfTenantMax: 32, waitingMax: 8_000, waitingOfTenantMax: 2_000 };
const never = new AbortController().signal;
setMaxListeners(0, never);
const firstId = '00000000-0000-0000-0000-000000000000';

/** Reads of a PostgreSQL: each is one statement, and so one snapshot. */
export class PostgresBooks implements Books {
  readonly #parts: BooksParts;
  readonly #places = new ReadPlaces(placeLimits);

  constructor(parts: BooksParts) {
    this.#parts = parts;
  }

  /** A database that takes no writes, such as a standby, is none that an instance can serve from. */
  async ping() {
    const [row] = await this.#parts.pulse.use((connection) => connection.rows(isWritableSql, []));
    if (row === undefined || !flag(row, 'is_writable')) {
      throw new StorageFault('unavailable', 'the database takes no writes', undefined);
    }
  }

  async pause() {
    return (await this.#read(loadOperator)).pause;
  }

  async settings() {
    return (await this.#read(loadOperator)).settings;
  }

  async idsAheadMaxMs() {
    return (await this.#read(loadOperator)).idsAheadMaxMs;
  }

  hasTenant(tenant: string) {
    return this.#of(tenant, (connection) => hasTenant(connection, tenant));
  }

  tenantsAfter(after: string, limit: number) {
    return this.#read((connection) => loadTenantsAfter(connection, after, limit));
  }

  async account(key: AccountKey) {
    return (await this.#of(key.tenant, (connection) => loadAccount(connection, key)))?.totals;
  }

  service(tenant: string, serviceId: string) {
    return this.#of(tenant, (connection) => loadService(connection, tenant, serviceId));
  }

  accountAndService(key: AccountKey) {
    return this.#of(key.tenant, (connection) => loadAccountAndService(connection, key));
  }

  servicesAfter(tenant: string, after: string, limit: number) {
    return this.#of(tenant, (connection) => loadServicesAfter(connection, tenant, after, limit));
  }

  prices(tenant: string, serviceId: string) {
    return this.#of(tenant, (connection) => loadPrices(connection, tenant, serviceId));
  }

  pricesAfter(tenant: string, serviceId: string, after: number, limit: number) {
    return this.#of(tenant, (connection) => loadPricesAfter(connection, tenant, serviceId, after, limit));
  }

  agentsAfter(tenant: string, after: string, limit: number) {
    return this.#of(tenant, (connection) => loadAgentsAfter(connection, tenant, after, limit));
  }

  accountsOf(tenant: string, agent: string, after: string, limit: number) {
    return this.#of(tenant, (connection) => loadAccountsOf(connection, tenant, agent, after, limit));
  }

  async entry(tenant: string, id: string) {
    return (await this.#of(tenant, (connection) => loadEntry(connection, tenant, id)))?.entry;
  }

  lastEntryId(tenant: string) {
    return this.#tail(tenant, (connection, through) => loadLastEntryId(connection, tenant, through));
  }

  async usages(tenant: string, usageIds: ReadonlySet<string>) {
    const wanted = [...usageIds].map((usageId) => ({ tenant, usageId }));
    const known = await this.#of(tenant, (connection) => loadUsages(connection, wanted));
    return new Map(known.map(({ usageId, usage }) => [usageId, usage]));
  }

  entriesAfter(tenant: string, afterId: string, limit: number) {
    return this.#tail(tenant, (connection, through) =>
      loadEntriesBeyond(connection, { tenant, order: 'asc', beyondId: afterId, limit }, through),
    );
  }

  lookForEntries(wanted: LookWanted) {
    return this.#tail(wanted.tenant, (connection, through) => lookForEntries(connection, wanted, through));
  }

  entriesOf(key: AccountKey, after: number, through: number, limit: number) {
    return this.#of(key.tenant, (connection) => loadEntriesOf(connection, key, after, through, limit));
  }

  settlement(tenant: string, id: string) {
    return this.#of(tenant, (connection) => loadSettlement(connection, tenant, id));
  }

  lastSettlementId(tenant: string) {
    return this.#tail(tenant, (connection, through) => loadLastSettlementId(connection, tenant, through));
  }

  settlementsAfter(tenant: string, afterId: string, limit: number) {
    return this.#tail(tenant, (connection, through) =>
      loadSettlementsBeyond(connection, { tenant, order: 'asc', beyondId: afterId, limit }, through),
    );
  }

  settlementsOf(key: AccountKey, after: number, through: number, limit: number) {
    return this.#of(key.tenant, (connection) => loadSettlementsOf(connection, key, after, through, limit));
  }

  async accountsAfter(filter: AccountsFilter, after: string, limit: number) {
    // A place in the order of the other engine, from before the books moved.
    if (/^\d+$/.test(after)) return { items: [], next: after, hasMore: false };
    return await this.#of(filter.tenant, async (connection): Promise<AccountsPage> => {
      // One more than the page tells whether there is more.
      const found = await loadAccountsAfter(connection, filter, after === '' ? firstId : after, limit + 1);
      const accounts = found.slice(0, limit);
      const ids = [...new Set(accounts.map(({ totals }) => totals.serviceId))];
      const known = await loadServices(
        connection,
        ids.map((serviceId) => ({ tenant: filter.tenant, serviceId })),
      );
      const services = new Map<string, Service>(known.map(({ service }) => [service.serviceId, service]));
      const last = accounts.at(-1);
      return {
        items: accounts.map(({ totals }) => ({ account: totals, service: services.get(totals.serviceId) })),
        next: last?.account ?? after,
        hasMore: found.length > limit,
      };
    });
  }

  sumAccounts(filter: AccountsFilter, after: string, limit: number) {
    return this.#of(filter.tenant, (connection) => sumAccounts(connection, filter, after, limit));
  }

  countAgents(tenant: string, after: string, limit: number) {
    return this.#of(tenant, (connection) => countAgents(connection, tenant, after, limit));
  }

  countServices(tenant: string, after: string, limit: number) {
    return this.#of(tenant, (connection) => countServices(connection, tenant, after, limit));
  }

  keyFacts(key: RecordKey) {
    return this.#of(key.tenant, (connection) => loadKeyFacts(connection, key, this.#parts.cap));
  }

  apiKeyByDigest(digest: string) {
    return this.#parts.apiKeys.byDigest(digest);
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
    return this.#of(tenant, (connection) => loadActCount(connection, tenant));
  }

  actNumbers(tenant: string, after: number, through: number, limit: number) {
    return this.#of(tenant, (connection) => loadActNumbers(connection, tenant, after, through, limit));
  }

  actTenantsAfter(after: string, limit: number) {
    return this.#read((connection) => loadActTenants(connection, after, limit));
  }

  /** One horizon for all kinds: the statements may be of different moments, and each is complete up to there. */
  events(wanted: EventsWanted) {
    return this.#tail(wanted.tenant, async (connection, through): Promise<EventRows> => {
      const { kinds } = wanted;
      const [entries, settlements, noted] = await Promise.all([
        kinds.entries ? loadEntriesBeyond(connection, wanted, through) : [],
        kinds.settlements ? loadSettlementsBeyond(connection, wanted, through) : [],
        kinds.noted ? loadEventsBeyond(connection, wanted, through) : [],
      ]);
      return { entries, settlements, noted };
    });
  }

  tallyEvents(wanted: TallyWanted) {
    return this.#tail(wanted.tenant, (connection, through) => tallyEvents(connection, wanted, through));
  }

  notedEvent(tenant: string, id: string) {
    return this.#of(tenant, (connection) => loadEvent(connection, tenant, id));
  }

  async webhooks(tenant: string) {
    const owned = await this.#of(tenant, (connection) => loadWebhooks(connection, [tenant]));
    return owned.map(({ webhook }) => webhook);
  }

  webhook(tenant: string, id: string) {
    return this.#of(tenant, (connection) => loadWebhook(connection, tenant, id));
  }

  deliveriesBefore(tenant: string, webhookId: string, beforeEventId: string, limit: number) {
    return this.#tail(tenant, (connection, throughId) =>
      loadDeliveriesBefore(connection, { tenant, webhookId }, { beforeEventId, throughId, limit }),
    );
  }

  waitingWebhooks(after: WaitingWebhook | undefined, nowMs: number, limit: number) {
    return this.#read((connection) => loadWaitingWebhooks(connection, after, nowMs, limit));
  }

  takeDue(waiting: WaitingWebhook, take: TakeDue) {
    return this.#of(waiting.tenant, (connection) => takeDue(connection, waiting, take));
  }

  async close(): Promise<void> {
    await Promise.all([this.#parts.pool.close(), this.#parts.pulse.close()]);
  }

  /** Reads of a tenant, of which so many are on their way that another tenant's wait for few of them. */
  async #of<T>(tenant: string, read: (connection: Connection) => Promise<T>): Promise<T> {
    try {
      return await this.#places.run(tenant, never, () => this.#read(read));
    } catch (error) {
      if (!(error instanceof ReadRefused)) throw error;
      throw new StorageFault('unavailable', { message: 'too many reads wait', obstacle: 'waiting_reads' });
    }
  }

  #read<T>(read: (connection: Connection) => Promise<T>): Promise<T> {
    return this.#parts.pool.use(read);
  }

  /** Reads a list that is tailed, up to and including the id of its horizon. */
  async #tail<T>(
    tenant: string,
    read: (connection: Connection, throughId: string) => Promise<T>,
  ): Promise<T> {
    const throughId = (await this.#parts.horizon.throughId(tenant)) ?? firstId;
    return await this.#of(tenant, (connection) => read(connection, throughId));
  }
}
