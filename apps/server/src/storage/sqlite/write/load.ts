import { accountName } from '../../../domain/account-name.ts';
import { settleBulkAccountsMax } from '../../../domain/commands/settlements.ts';
import { entriesBehind } from '../../../domain/far-back.ts';
import { LoadedView } from '../../../domain/loaded-view.ts';
import { openFrom } from '../../../domain/reversal.ts';
import { type TenantWants, wantOfEntry, wantOfHold } from '../../../domain/wants.ts';
import type { Loaded, StoredRecord } from '../../../ledger/storage-port.ts';
import type { Wants } from '../../../ledger/wants.ts';
import type { AnswerCap } from '../../stored-answer.ts';
import type { SqliteConnection } from '../connection.ts';
import {
  countAccountsOf,
  isServiceUsed,
  loadAllAccountsOf,
  loadUnsettledAgents,
  type NumberedAccount,
} from '../read/accounts.ts';
import { loadApiKeyByPrefix } from '../read/api-keys.ts';
import { loadAssets } from '../read/assets.ts';
import { loadBilling, loadDefaultPolicy, loadGrant } from '../read/balances.ts';
import { loadDelivery } from '../read/deliveries.ts';
import { loadKnownEntry, loadPosition, loadUsages } from '../read/entries.ts';
import { loadHold } from '../read/holds.ts';
import { loadRecord } from '../read/records.ts';
import { loadServicesOf } from '../read/services.ts';
import type { KeptRows } from './kept-rows.ts';
import { loadCounted } from './limits.ts';

/** What a batch sees, and the numbers of its accounts in this file: by tenant, then by the account's name. */
export interface LoadedRows extends Loaded {
  readonly accountNumbers: ReadonlyMap<string, Map<string, number>>;
}

/** Loads what a batch wants. */
export function loadBatch(
  connection: SqliteConnection,
  wants: Wants,
  tables: ReadonlySet<string>,
  cap: AnswerCap,
  kept: KeptRows,
): LoadedRows {
  const records = new Map<string, StoredRecord>();
  for (const [name, wanted] of wants.records) {
    const totals = kept.scope(connection, wanted.tenant, wanted.scope);
    // No key was ever used in it.
    if (totals === undefined) continue;
    const record = loadRecord(connection, wanted, totals, kept.lateRecord, tables, cap);
    if (record !== undefined) records.set(name, record);
  }
  const general = kept.general(connection);
  const { pause, settings } = general;
  const tenants = new Map<string, LoadedView>();
  const accountNumbers = new Map<string, Map<string, number>>();
  let lapses = wants.lapsesMax;
  for (const [tenant, tenantWants] of wants.tenants) {
    const numbers = new Map<string, number>();
    const view = new LoadedView(tenantWants, wants.nowMs, pause, settings);
    loadHolds(connection, tenant, tenantWants, view);
    tenants.set(tenant, loadTenant(connection, kept, tenant, tenantWants, numbers, view));
    lapses -= loadBillings(
      connection,
      kept,
      tenant,
      tenantWants,
      { nowMs: wants.nowMs, dueMax: lapses },
      view,
    );
    loadCounted(connection, kept, tenant, tenantWants, view);
    accountNumbers.set(tenant, numbers);
  }
  return { records, tenants, accountNumbers, ...general };
}

/** Holds by their ids, whose agents, accounts and services are wanted then. */
function loadHolds(connection: SqliteConnection, tenant: string, wants: TenantWants, view: LoadedView): void {
  for (const id of wants.holdIds) {
    const hold = loadHold(connection, tenant, id);
    if (hold === undefined) continue;
    view.holds.set(id, hold);
    wantOfHold(hold, wants);
  }
}

/**
 * Loads the billing of agents. It reads nothing for agents that have neither a policy nor a balance. Returns how many
 * of their holds have lapsed.
 */
function loadBillings(
  connection: SqliteConnection,
  kept: KeptRows,
  tenant: string,
  wants: TenantWants,
  { nowMs, dueMax }: { readonly nowMs: number; readonly dueMax: number },
  view: LoadedView,
): number {
  let lapsed = 0;
  const used = [...wants.billings].filter(
    ([agent, want]) => want === 'always' || kept.billed(connection).mayHave(tenant, agent),
  );
  if (used.length > 0) view.ownDefaultPolicy = loadDefaultPolicy(connection, tenant);
  for (const [agent] of used) {
    const billing = loadBilling(connection, tenant, agent, nowMs, dueMax - lapsed);
    if (billing === undefined) continue;
    view.agentBillings.set(agent, billing);
    lapsed += billing.dueHolds.length;
  }
  for (const id of wants.grantIds) {
    const grant = loadGrant(connection, tenant, id);
    if (grant !== undefined) view.grants.set(id, grant);
  }
  return lapsed;
}

function loadTenant(
  connection: SqliteConnection,
  kept: KeptRows,
  tenant: string,
  wants: TenantWants,
  numbers: Map<string, number>,
  view: LoadedView,
): LoadedView {
  const keep = ({ number, account }: NumberedAccount) => {
    const name = accountName(account.agent, account.serviceId);
    numbers.set(name, number);
    view.accounts.set(name, account);
  };
  for (const id of wants.entries) {
    const known = loadKnownEntry(connection, tenant, id);
    if (known === undefined) continue;
    view.entries.set(id, known);
    wantOfEntry(known.entry, wants);
  }
  for (const { agent, serviceId } of wants.accounts.values()) {
    const account = kept.account(connection, tenant, agent, serviceId);
    if (account !== undefined) keep(account);
  }
  const services = new Set(wants.services);
  for (const [agent, accountsMax] of wants.agents) {
    // One more than may be settled at once, so that the decision can see that there are too many.
    const count = countAccountsOf(connection, tenant, agent, settleBulkAccountsMax + 1);
    view.accountCounts.set(agent, count);
    if (count > accountsMax) continue;
    for (const account of loadAllAccountsOf(connection, tenant, agent)) keep(account);
    for (const service of loadServicesOf(connection, tenant, agent)) {
      view.services.set(service.serviceId, service);
    }
  }
  for (const serviceId of services) {
    const service = kept.service(connection, tenant, serviceId);
    if (service !== undefined) view.services.set(serviceId, service);
  }
  for (const serviceId of wants.deletedServices) {
    // The batch can settle only the accounts that it has loaded.
    const limit = numbers.size + 1;
    view.unsettled.set(serviceId, loadUnsettledAgents(connection, tenant, serviceId, limit));
  }
  for (const serviceId of wants.usedServices) {
    if (isServiceUsed(connection, tenant, serviceId)) view.usedServices.add(serviceId);
  }
  if (wants.usageIds.size > 0) {
    for (const [id, usage] of loadUsages(connection, tenant, wants.usageIds)) view.usages.set(id, usage);
  }
  for (const { agent, serviceId, sequence: wanted, entriesBehindMax } of wants.positions) {
    const name = accountName(agent, serviceId);
    const number = numbers.get(name);
    const account = view.account(agent, serviceId);
    const sequence = wanted ?? openFrom(account);
    // The position at the end follows from the account. In the file the last entry is not yet in the index, and finding
    // it needs a search of all late entries.
    if (sequence === account.sequence) continue;
    if (entriesBehind(account, sequence) > entriesBehindMax) continue;
    const position = number === undefined ? undefined : loadPosition(connection, number, sequence);
    if (position !== undefined) view.positions.set(`${name} ${sequence}`, position);
  }
  if (wants.assets.size > 0) view.ownAssets = loadAssets(connection, tenant);
  view.ownWebhooks.push(...kept.webhooks(connection, tenant));
  for (const { webhookId, eventId } of wants.deliveries) {
    const delivery = loadDelivery(connection, tenant, webhookId, eventId);
    if (delivery !== undefined) view.deliveries.set(`${webhookId} ${eventId}`, delivery);
  }
  for (const prefix of wants.apiKeyPrefixes) {
    const key = loadApiKeyByPrefix(connection, prefix);
    if (key !== undefined) view.apiKeys.set(prefix, key);
  }
  return view;
}
