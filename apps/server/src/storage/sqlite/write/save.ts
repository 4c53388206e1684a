import type { AccountLine } from '../../../domain/account.ts';
import { accountName } from '../../../domain/account-name.ts';
import type { Changes, View } from '../../../domain/view.ts';
import type { BatchChanges } from '../../../ledger/storage-port.ts';
import type { SqliteConnection } from '../connection.ts';
import { saveAccount, saveLines } from './accounts.ts';
import { saveAct } from './acts.ts';
import { saveApiKey, saveApiKeyUse } from './api-keys.ts';
import { saveAsset } from './assets.ts';
import { saveBalance, saveGrant, saveMovement, savePolicy } from './balances.ts';
import { saveAnnouncement, saveDelivery } from './deliveries.ts';
import { saveEntries } from './entries.ts';
import type { IndexedEntry } from './entry-index.ts';
import { saveEvent } from './events.ts';
import { saveHold } from './holds.ts';
import { saveIds } from './ids.ts';
import type { KeptRows } from './kept-rows.ts';
import { saveLimit, saveLimitCounter } from './limits.ts';
import type { LoadedRows } from './load.ts';
import { savePause, saveSettings } from './operator.ts';
import { saveRecords } from './records.ts';
import { savePrice, saveService } from './services.ts';
import { saveSettlement } from './settlements.ts';
import { saveWebhook } from './webhooks.ts';

/**
 * Saves what a batch did: its facts, and the projections that changed with them.
 *
 * @returns what is to be done after the `COMMIT`
 */
export function saveBatch(
  connection: SqliteConnection,
  changes: BatchChanges,
  { accountNumbers, tenants }: LoadedRows,
  tables: Set<string>,
  kept: KeptRows,
): () => void {
  const made: IndexedEntry[] = [];
  for (const [tenant, tenantChanges] of changes.tenants) {
    const numbers = accountNumbers.get(tenant) ?? new Map<string, number>();
    saveTenant(connection, tenant, tenantChanges, numbers, tenants.get(tenant), made);
  }
  const saved = saveRecords(connection, changes.records, tables, kept);
  saveIds(connection, changes.ids);
  const entriesIndexed = kept.entryIndex.write(connection, made);
  const recordsIndexed = kept.recordIndex.write(connection, saved.made);
  return () => {
    entriesIndexed();
    recordsIndexed();
    kept.committed(changes, accountNumbers, saved);
  };
}

function saveTenant(
  connection: SqliteConnection,
  tenant: string,
  changes: Changes,
  numbers: Map<string, number>,
  before: View | undefined,
  made: IndexedEntry[],
): void {
  for (const service of changes.services) saveService(connection, tenant, service);
  for (const asset of changes.assets) saveAsset(connection, tenant, asset);
  for (const price of changes.prices) savePrice(connection, tenant, price);
  const lines: [account: number, line: AccountLine][] = [];
  for (const account of changes.accounts) {
    const name = accountName(account.agent, account.serviceId);
    const accountBefore = before?.account(account.agent, account.serviceId);
    const number = saveAccount(connection, tenant, account, numbers.get(name), accountBefore);
    numbers.set(name, number);
    const linesBefore = new Set(accountBefore?.lines);
    for (const line of account.lines) if (!linesBefore.has(line)) lines.push([number, line]);
  }
  saveLines(connection, lines);
  const numberOf = (agent: string, serviceId: string) => {
    const number = numbers.get(accountName(agent, serviceId));
    if (number === undefined) throw new Error('an entry or a settlement without its account');
    return number;
  };
  const entries = changes.entries.map((entry) => [numberOf(entry.agent, entry.serviceId), entry] as const);
  saveEntries(connection, tenant, entries);
  for (const [account, { sequence, id }] of entries) made.push({ account, sequence, id });
  for (const settlement of changes.settlements) {
    saveSettlement(connection, tenant, numberOf(settlement.agent, settlement.serviceId), settlement);
  }
  for (const limit of changes.limits) saveLimit(connection, tenant, limit);
  for (const counter of changes.limitCounters) saveLimitCounter(connection, tenant, counter);
  for (const named of changes.policies) savePolicy(connection, tenant, named);
  for (const balance of changes.balances) saveBalance(connection, tenant, balance);
  for (const owned of changes.grants) saveGrant(connection, tenant, owned);
  for (const movement of changes.movements) saveMovement(connection, tenant, movement);
  for (const hold of changes.holds) saveHold(connection, tenant, hold);
  for (const key of changes.apiKeys) saveApiKey(connection, key);
  for (const use of changes.apiKeyUses) saveApiKeyUse(connection, use);
  for (const pause of changes.pauses) savePause(connection, pause);
  for (const settings of changes.settings) saveSettings(connection, settings);
  for (const event of changes.events) saveEvent(connection, tenant, event);
  for (const webhook of changes.webhooks) saveWebhook(connection, tenant, webhook);
  for (const delivery of changes.deliveries) saveDelivery(connection, tenant, delivery);
  for (const announcement of changes.announcements) saveAnnouncement(connection, tenant, announcement);
  for (const act of changes.acts) saveAct(connection, act);
}
