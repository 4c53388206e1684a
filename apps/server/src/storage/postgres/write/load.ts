import { randomUUID } from 'node:crypto';
import { accountName } from '../../../domain/account-name.ts';
import { LoadedView } from '../../../domain/loaded-view.ts';
import { areLimitsWanted } from '../../../domain/wants.ts';
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
} from '../read/accounts.ts';
import { loadApiKeys } from '../read/api-keys.ts';
import { loadAssets } from '../read/assets.ts';
import { lockDeliveries } from '../read/deliveries.ts';
import { loadUsages } from '../read/entries.ts';
import { loadOperator } from '../read/operator.ts';
import { loadRecords } from '../read/records.ts';
import { loadServices } from '../read/services.ts';
import { loadWebhooks } from '../read/webhooks.ts';
import type { StatementRunner } from '../statement-runner.ts';
import { lockAccounts } from './accounts.ts';
import type { Found } from './find-accounts.ts';
import { loadIdsAndLimits } from './ids.ts';
import { loadCounted } from './limits.ts';
import {
  loadKnownEntries,
  loadPositions,
  loadWantedBillings,
  loadWantedGrants,
  loadWantedHolds,
} from './load-after-locks.ts';
import { holdName, nameIn, sortedByName, wantedOf } from './wanted.ts';

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
  ] = await lockAndRead(connection, wants, found, cap);
  const { pause, forgottenBeforeMs, settings, idsAheadMaxMs, sweptAtMs } = operator;
  const views = new Map(
    [...wants.tenants].map(([tenant, own]) => [tenant, new LoadedView(own, wants.nowMs, pause, settings)]),
  );
  const byName = new Map(accounts.map((account) => [nameIn(account.tenant, account.totals), account]));
  fillAccounts(views, accounts, found.counts);
  fillServices(views, knownServices, unsettled, used);
  fillDeliveries(views, webhooks, deliveries);
  fillRest(views, usages, assets, apiKeys);
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

/** Sends the locks, and all reads that depend only on the wants, and awaits their rows. */
async function lockAndRead(connection: StatementRunner, wants: Wants, found: Found, cap: AnswerCap) {
  const locked = lock(connection, wants, found);
  const tenants = [...wants.tenants.keys()];
  const services = wantedServices(wants, found);
  return await Promise.all([
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
}

type Views = ReadonlyMap<string, LoadedView>;

function fillAccounts(
  views: Views,
  accounts: Awaited<ReturnType<typeof loadAccounts>>,
  counts: Found['counts'],
): void {
  for (const { tenant, totals } of accounts) {
    // An account on which nothing was recorded was made by this batch for its lock.
    if (totals.sequence > 0)
      views.get(tenant)?.accounts.set(accountName(totals.agent, totals.serviceId), totals);
  }
  for (const { tenant, agent, count } of counts) views.get(tenant)?.accountCounts.set(agent, count);
}

function fillServices(
  views: Views,
  services: Awaited<ReturnType<typeof loadServices>>,
  unsettled: Awaited<ReturnType<typeof loadWantedUnsettled>>,
  used: Awaited<ReturnType<typeof loadWantedUses>>,
): void {
  for (const { tenant, service } of services) views.get(tenant)?.services.set(service.serviceId, service);
  for (const { tenant, serviceId, agents } of unsettled) views.get(tenant)?.unsettled.set(serviceId, agents);
  for (const { tenant, serviceId } of used) views.get(tenant)?.usedServices.add(serviceId);
}

function fillDeliveries(
  views: Views,
  webhooks: Awaited<ReturnType<typeof loadWebhooks>>,
  deliveries: Awaited<ReturnType<typeof loadWantedDeliveries>>,
): void {
  for (const { tenant, webhook } of webhooks) views.get(tenant)?.ownWebhooks.push(webhook);
  for (const { tenant, delivery } of deliveries) {
    views.get(tenant)?.deliveries.set(`${delivery.webhookId} ${delivery.eventId}`, delivery);
  }
}

function fillRest(
  views: Views,
  usages: Awaited<ReturnType<typeof loadWantedUsages>>,
  assets: Awaited<ReturnType<typeof loadWantedAssets>>,
  apiKeys: Awaited<ReturnType<typeof loadWantedApiKeys>>,
): void {
  for (const { tenant, usageId, usage } of usages) views.get(tenant)?.usages.set(usageId, usage);
  for (const [tenant, owned] of Map.groupBy(assets, ({ tenant }) => tenant)) {
    const view = views.get(tenant);
    if (view !== undefined) view.ownAssets = owned.map(({ asset }) => asset);
  }
  for (const { tenant, key } of apiKeys) views.get(tenant)?.apiKeys.set(key.prefix, key);
}

function holdNames(tenant: string, { holds, agentBillings }: LoadedView): string[] {
  const due = [...agentBillings.values()].flatMap(({ dueHolds }) => dueHolds);
  return [...holds.values(), ...due].map(({ id }) => holdName(tenant, id));
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
      // The batch can settle only the accounts that it has loaded.
      agents: await loadUnsettledAgents(connection, tenant, serviceId, limit),
    })),
  );
}

/** The wanted services that have recorded usage. */
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
