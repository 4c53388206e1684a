import { randomUUID } from 'node:crypto';
import { accountName } from '../../../domain/account-name.ts';
import { settleBulkAccountsMax } from '../../../domain/commands/settlements.ts';
import { entriesBehind } from '../../../domain/far-back.ts';
import { LoadedView } from '../../../domain/loaded-view.ts';
import { openFrom } from '../../../domain/reversal.ts';
import { areLimitsWanted, type TenantWants, wantOfEntry, wantOfHold } from '../../../domain/wants.ts';
import type { Loaded } from '../../../ledger/storage-port.ts';
import { recordName } from '../../../ledger/submission.ts';
import type { Wants } from '../../../ledger/wants.ts';
import type { AnswerCap } from '../../stored-answer.ts';
import { madeOfTenants } from '../one-tenant.ts';
import {
  type IdentifiedAccount,
  isServiceUsed,
  loadAccounts,
  loadUnsettledAgents,
  lookForAccounts,
} from '../read/accounts.ts';
import { loadApiKeys } from '../read/api-keys.ts';
import { loadAssets } from '../read/assets.ts';
import { loadBillings, loadGrants } from '../read/balances.ts';
import { lockDeliveries } from '../read/deliveries.ts';
import { loadEntry, loadUsages, type PlacedEntry } from '../read/entries.ts';
import { loadHolds } from '../read/holds.ts';
import { loadOperator } from '../read/operator.ts';
import { loadRecords } from '../read/records.ts';
import { loadPosition, loadReversedOf } from '../read/reversals.ts';
import { loadServices } from '../read/services.ts';
import { loadWebhooks } from '../read/webhooks.ts';
import type { StatementRunner } from '../statement-runner.ts';
import { lockAccounts } from './accounts.ts';
import { lockBillings } from './balances.ts';
import { loadIdsAndLimits } from './ids.ts';
import { loadCounted } from './limits.ts';

/** Every account that a batch may write to, by tenant and name; and the entries that it may take back. */
export interface Found {
  readonly accounts: readonly WantedAccount[];
  readonly entries: readonly PlacedEntry[];
  readonly counts: readonly CountedAgent[];
  /** holds whose agents and accounts are known, by tenant and id */
  readonly holds: ReadonlySet<string>;
}

/** How many accounts an agent has, counted up to one more than may be settled at once. */
interface CountedAgent {
  readonly tenant: string;
  readonly agent: string;
  readonly count: number;
}

interface WantedAccount {
  readonly tenant: string;
  readonly agent: string;
  readonly serviceId: string;
}

/** What a batch sees, and its accounts as they were, by tenant and name. */
export interface LoadedRows extends Loaded {
  readonly accounts: ReadonlyMap<string, IdentifiedAccount>;
  /** counters of limits that were made to be locked */
  readonly madeCounters: Awaited<ReturnType<typeof loadCounted>>;
  /** agents that the books know to have a policy or a balance, by tenant and name */
  readonly billed: ReadonlySet<string>;
  /** holds that were loaded, by tenant and id */
  readonly knownHolds: ReadonlySet<string>;
  readonly idsAheadMaxMs: number;
  /** when the last sweep ran */
  readonly sweptAtMs: number | undefined;
}

const lockTenantsSql = madeOfTenants(
  1,
  (tenant, from) => `INSERT INTO tenants (tenant)
  SELECT ${tenant} FROM ${from(`json_to_recordset($1) AS w (n integer, tenant text)`)} ORDER BY n
  ON CONFLICT (tenant) DO UPDATE SET tenant = tenants.tenant WHERE false`,
);

/** Finds the accounts that a batch names indirectly: those of an agent, and that of an entry. Locks nothing. */
export async function findAccounts(connection: StatementRunner, wants: Wants): Promise<Found> {
  const accounts = new Map<string, WantedAccount>();
  const add = (account: WantedAccount) => accounts.set(nameIn(account.tenant, account), account);
  const looks: Promise<void>[] = [];
  const entries: PlacedEntry[] = [];
  const counts: CountedAgent[] = [];
  const holds = await findHolds(connection, wants);
  for (const [tenant, own] of wants.tenants) {
    const { agents, entries: ids, accounts: named } = own;
    for (const account of named.values()) add({ tenant, ...account });
    for (const [agent, accountsMax] of agents) {
      looks.push(
        // One more than may be settled at once, so that decide sees that there are too many.
        lookForAccounts(connection, { tenant, agent }, settleBulkAccountsMax + 1, accountsMax).then(
          ({ count, services }) => {
            counts.push({ tenant, agent, count });
            for (const serviceId of services) add({ tenant, agent, serviceId });
          },
        ),
      );
    }
    for (const id of ids) {
      looks.push(
        loadEntry(connection, tenant, id).then((placed) => {
          if (placed === undefined) return;
          entries.push(placed);
          wantOfEntry(placed.entry, own);
          add({ tenant, agent: placed.entry.agent, serviceId: placed.entry.serviceId });
        }),
      );
    }
  }
  await Promise.all(looks);
  return { accounts: sortedByName(accounts), entries, counts, holds };
}

/** The holds that commands name by their ids: their agents, accounts and services never change, so no lock is needed. */
async function findHolds(connection: StatementRunner, wants: Wants): Promise<ReadonlySet<string>> {
  const wanted = wantedOf(wants, ({ holdIds }) => holdIds).map(([tenant, id]) => ({ tenant, id }));
  if (wanted.length === 0) return new Set();
  const found = await loadHolds(connection, wanted);
  for (const { tenant, hold } of found) {
    const own = wants.tenants.get(tenant);
    if (own !== undefined) wantOfHold(hold, own);
  }
  return new Set(found.map(({ tenant, hold: { id } }) => holdName(tenant, id)));
}

/** One order for all instances: two batches that name the same accounts do not wait for each other in a circle. */
function sortedByName<T>(rows: ReadonlyMap<string, T>): T[] {
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

/**
 * Locks what a batch may change, then loads what it wants. Everything is sent at once; each statement after the locks
 * reads what was committed before they were granted.
 */
export async function loadBatch(
  connection: StatementRunner,
  wants: Wants,
  found: Found,
  cap: AnswerCap,
): Promise<LoadedRows> {
  const locked = lock(connection, wants, found);
  const tenants = [...wants.tenants.keys()];
  const services = wantedServices(wants, found);
  const [
    ,
    accounts,
    knownServices,
    usages,
    records,
    webhooks,
    deliveries,
    operator,
    unsettled,
    used,
    apiKeys,
    assets,
    { idsReached, limits },
  ] = await Promise.all([
    locked,
    found.accounts.length > 0 ? loadAccounts(connection, found.accounts) : [],
    services.length > 0 ? loadServices(connection, services) : [],
    loadWantedUsages(connection, wants),
    wants.records.size > 0 ? loadRecords(connection, [...wants.records.values()], cap) : [],
    loadWebhooks(connection, tenants),
    loadWantedDeliveries(connection, wants),
    // After the records: a batch that no longer sees a forgotten record sees that it may have been forgotten.
    loadOperator(connection),
    loadWantedUnsettled(connection, wants, found.accounts.length + 1),
    loadWantedUses(connection, wants),
    loadWantedApiKeys(connection, wants),
    loadWantedAssets(connection, wants),
    loadIdsAndLimits(connection, tenants, limitedTenants(wants)),
  ]);
  const { pause, forgottenBeforeMs, settings, idsAheadMaxMs, sweptAtMs } = operator;
  const views = new Map(
    [...wants.tenants].map(([tenant, own]) => [tenant, new LoadedView(own, wants.nowMs, pause, settings)]),
  );
  const byName = new Map(accounts.map((account) => [nameIn(account.tenant, account.totals), account]));
  for (const { tenant, totals } of accounts) {
    // An account on which nothing was recorded was made by this batch for its lock.
    if (totals.sequence > 0)
      views.get(tenant)?.accounts.set(accountName(totals.agent, totals.serviceId), totals);
  }
  for (const { tenant, agent, count } of found.counts) views.get(tenant)?.accountCounts.set(agent, count);
  for (const { tenant, service } of knownServices)
    views.get(tenant)?.services.set(service.serviceId, service);
  for (const { tenant, usageId, usage } of usages) views.get(tenant)?.usages.set(usageId, usage);
  for (const { tenant, webhook } of webhooks) views.get(tenant)?.ownWebhooks.push(webhook);
  for (const { tenant, delivery } of deliveries) {
    views.get(tenant)?.deliveries.set(`${delivery.webhookId} ${delivery.eventId}`, delivery);
  }
  for (const { tenant, serviceId, agents } of unsettled) views.get(tenant)?.unsettled.set(serviceId, agents);
  for (const { tenant, serviceId } of used) views.get(tenant)?.usedServices.add(serviceId);
  for (const [tenant, owned] of Map.groupBy(assets, ({ tenant }) => tenant)) {
    const view = views.get(tenant);
    if (view !== undefined) view.ownAssets = owned.map(({ asset }) => asset);
  }
  for (const { tenant, key } of apiKeys) views.get(tenant)?.apiKeys.set(key.prefix, key);
  // In this order: grants and holds are read after the balances that they belong to were locked.
  const [billed] = await Promise.all([
    loadWantedBillings(connection, wants, accounts, views),
    loadWantedGrants(connection, wants, views),
    loadWantedHolds(connection, found.holds, wants, views),
    loadKnownEntries(connection, found.entries, views),
    loadPositions(connection, wants, byName, views),
  ]);
  // After the accounts: every batch locks in this order.
  const madeCounters = await loadCounted(connection, wants, limits, views);
  const named = records.map(({ name, record }) => [recordName(name.tenant, name), record] as const);
  return {
    records: new Map(named),
    tenants: views,
    pause,
    settings,
    idsReached,
    forgottenBeforeMs,
    idsAheadMaxMs,
    sweptAtMs,
    accounts: byName,
    madeCounters,
    billed,
    knownHolds: new Set([...views].flatMap(([tenant, view]) => holdNames(tenant, view))),
  };
}

/** A name of an account among those of all tenants; no identifier contains a space. */
export function nameIn(
  tenant: string,
  account: { readonly agent: string; readonly serviceId: string },
): string {
  return `${tenant} ${accountName(account.agent, account.serviceId)}`;
}

async function lock(connection: StatementRunner, wants: Wants, { accounts }: Found): Promise<void> {
  const tenants = [...wants.changedTenants].sort().map((tenant, n) => ({ n, tenant }));
  await Promise.all([
    tenants.length > 0 ? connection.rows(lockTenantsSql, [JSON.stringify(tenants)]) : undefined,
    accounts.length > 0
      ? lockAccounts(
          connection,
          accounts.map((account) => ({ ...account, newAccount: randomUUID() })),
        )
      : undefined,
  ]);
}

/** Tenants whose limits matter to the batch. */
function limitedTenants(wants: Wants): string[] {
  return [...wants.tenants].filter(([, own]) => areLimitsWanted(own)).map(([tenant]) => tenant);
}

function wantedServices(wants: Wants, { accounts }: Found) {
  const services = new Map<string, { readonly tenant: string; readonly serviceId: string }>();
  for (const [tenant, { services: named }] of wants.tenants) {
    for (const serviceId of named) services.set(`${tenant} ${serviceId}`, { tenant, serviceId });
  }
  for (const { tenant, serviceId } of accounts) {
    services.set(`${tenant} ${serviceId}`, { tenant, serviceId });
  }
  return [...services.values()];
}

/** One kind of the wants of all tenants, each with its tenant. */
function wantedOf<T>(wants: Wants, part: (wants: TenantWants) => Iterable<T>): [tenant: string, value: T][] {
  return [...wants.tenants].flatMap(([tenant, own]) =>
    [...part(own)].map((value): [string, T] => [tenant, value]),
  );
}

async function loadWantedUsages(connection: StatementRunner, wants: Wants) {
  const wanted = wantedOf(wants, ({ usageIds }) => usageIds);
  if (wanted.length === 0) return [];
  return await loadUsages(
    connection,
    wanted.map(([tenant, usageId]) => ({ tenant, usageId })),
  );
}

async function loadWantedDeliveries(connection: StatementRunner, wants: Wants) {
  const wanted = new Map(
    wantedOf(wants, ({ deliveries }) => deliveries).map(([tenant, { webhookId, eventId }]) => [
      `${tenant} ${webhookId} ${eventId}`,
      { tenant, webhookId, eventId },
    ]),
  );
  return wanted.size === 0 ? [] : await lockDeliveries(connection, sortedByName(wanted));
}

async function loadWantedUnsettled(connection: StatementRunner, wants: Wants, limit: number) {
  return await Promise.all(
    wantedOf(wants, ({ deletedServices }) => deletedServices).map(async ([tenant, serviceId]) => ({
      tenant,
      serviceId,
      // The batch itself may settle those that it has loaded, and no others.
      agents: await loadUnsettledAgents(connection, tenant, serviceId, limit),
    })),
  );
}

/** Those of the wanted services of which something was recorded. */
async function loadWantedUses(connection: StatementRunner, wants: Wants) {
  const looked = await Promise.all(
    wantedOf(wants, ({ usedServices }) => usedServices).map(async ([tenant, serviceId]) => ({
      tenant,
      serviceId,
      isUsed: await isServiceUsed(connection, tenant, serviceId),
    })),
  );
  return looked.filter(({ isUsed }) => isUsed);
}

async function loadWantedApiKeys(connection: StatementRunner, wants: Wants) {
  const wanted = wantedOf(wants, ({ apiKeyPrefixes }) => apiKeyPrefixes);
  if (wanted.length === 0) return [];
  const keys = await loadApiKeys(
    connection,
    wanted.map(([, prefix]) => prefix),
  );
  return wanted.flatMap(([tenant, prefix]) =>
    keys.filter((key) => key.prefix === prefix).map((key) => ({ tenant, key })),
  );
}

async function loadWantedAssets(connection: StatementRunner, wants: Wants) {
  const tenants = [...wants.tenants].filter(([, own]) => own.assets.size > 0).map(([tenant]) => tenant);
  return tenants.length === 0 ? [] : await loadAssets(connection, tenants);
}

/**
 * Locks the balances of agents, after all accounts, and then reads them. Of agents that have neither a policy nor a
 * balance nothing is read.
 *
 * @returns the names of those that the books know
 */
async function loadWantedBillings(
  connection: StatementRunner,
  wants: Wants,
  accounts: Awaited<ReturnType<typeof loadAccounts>>,
  views: ReadonlyMap<string, LoadedView>,
): Promise<ReadonlySet<string>> {
  const used = new Set(
    accounts
      .filter(({ isBilled }) => isBilled)
      .map(({ tenant, totals: { agent } }) => agentName(tenant, agent)),
  );
  const wanted = new Map(
    [...wants.tenants].flatMap(([tenant, { billings: named }]) =>
      [...named]
        .map(([agent, want]) => ({ tenant, agent, want, name: agentName(tenant, agent) }))
        .filter(({ want, name }) => want === 'always' || used.has(name))
        .map(({ name, agent }) => [name, { tenant, agent }] as const),
    ),
  );
  if (wanted.size === 0) return new Set();
  const agents = sortedByName(wanted);
  const [lockedAgents, { billings, defaultPolicies }] = await Promise.all([
    lockBillings(connection, agents),
    // Not in the order of the locks: lapses are recorded in the order in which agents are wanted.
    loadBillings(connection, [...wanted.values()], wants.nowMs, wants.lapsesMax),
  ]);
  const locked = new Set(lockedAgents.map(({ tenant, agent }) => agentName(tenant, agent)));
  for (const [tenant, policy] of defaultPolicies) {
    const view = views.get(tenant);
    if (view !== undefined) view.ownDefaultPolicy = policy;
  }
  for (const { tenant, billing } of billings) {
    // A row that another instance has made since is not locked: a change makes it again, and is decided again then.
    const isKnown = locked.has(agentName(tenant, billing.agent));
    views.get(tenant)?.agentBillings.set(billing.agent, { ...billing, isKnown });
  }
  return locked;
}

/** No identifier contains a space. */
function agentName(tenant: string, agent: string): string {
  return `${tenant} ${agent}`;
}

async function loadWantedGrants(
  connection: StatementRunner,
  wants: Wants,
  views: ReadonlyMap<string, LoadedView>,
): Promise<void> {
  const wanted = wantedOf(wants, ({ grantIds }) => grantIds).map(([tenant, id]) => ({ tenant, id }));
  if (wanted.length === 0) return;
  for (const { tenant, owned } of await loadGrants(connection, wanted)) {
    views.get(tenant)?.grants.set(owned.grant.id, owned);
  }
}

/** One that another instance has made since they were looked up is left out: its agent and its account are not locked. */
async function loadWantedHolds(
  connection: StatementRunner,
  found: ReadonlySet<string>,
  wants: Wants,
  views: ReadonlyMap<string, LoadedView>,
): Promise<void> {
  const wanted = wantedOf(wants, ({ holdIds }) => holdIds)
    .map(([tenant, id]) => ({ tenant, id }))
    .filter(({ tenant, id }) => found.has(holdName(tenant, id)));
  if (wanted.length === 0) return;
  for (const { tenant, hold } of await loadHolds(connection, wanted)) {
    views.get(tenant)?.holds.set(hold.id, hold);
  }
}

function holdNames(tenant: string, { holds, agentBillings }: LoadedView): string[] {
  const due = [...agentBillings.values()].flatMap(({ dueHolds }) => dueHolds);
  return [...holds.values(), ...due].map(({ id }) => holdName(tenant, id));
}

/** No tenant has a space in its name. */
function holdName(tenant: string, id: string): string {
  return `${tenant} ${id}`;
}

async function loadKnownEntries(
  connection: StatementRunner,
  entries: readonly PlacedEntry[],
  views: ReadonlyMap<string, LoadedView>,
): Promise<void> {
  await Promise.all(
    entries.map(async ({ tenant, account, entry }) => {
      const place = { tenant, account, sequence: entry.sequence };
      const reversedRequests = await loadReversedOf(connection, place, entry.requests);
      views.get(tenant)?.entries.set(entry.id, { entry, reversedRequests });
    }),
  );
}

async function loadPositions(
  connection: StatementRunner,
  wants: Wants,
  accounts: ReadonlyMap<string, IdentifiedAccount>,
  views: ReadonlyMap<string, LoadedView>,
): Promise<void> {
  await Promise.all(
    wantedOf(wants, ({ positions }) => positions).map(async ([tenant, wanted]) => {
      const account = accounts.get(nameIn(tenant, wanted));
      if (account === undefined) return;
      const sequence = wanted.sequence ?? openFrom(account.totals);
      if (entriesBehind(account.totals, sequence) > wanted.entriesBehindMax) return;
      const place = { tenant, account: account.account, sequence };
      const position = await loadPosition(connection, place);
      const name = `${accountName(wanted.agent, wanted.serviceId)} ${sequence}`;
      if (position !== undefined) views.get(tenant)?.positions.set(name, position);
    }),
  );
}
