import { accountName, type Changes, type View } from '../../../domain/view.ts';
import type { BatchChanges, MadeRecord } from '../../../ledger/storage-port.ts';
import { answerBytes } from '../../stored-answer.ts';
import type { Connection } from '../connection.ts';
import { saveAccount, saveLine } from '../read/accounts.ts';
import {
  answersTable,
  createAnswersTable,
  loadScope,
  type ScopeTotals,
  saveAnswer,
  saveScope,
} from '../read/answers.ts';
import { saveAnnouncement, saveDelivery } from '../read/deliveries.ts';
import { saveEntry } from '../read/entries.ts';
import { saveIds } from '../read/ids.ts';
import { savePause } from '../read/pause.ts';
import { saveRecord } from '../read/records.ts';
import { saveSettings } from '../read/settings.ts';
import { saveSettlement } from '../read/settlements.ts';
import { doubtClock } from '../upkeep/swept-clock.ts';
import { saveAct } from './acts.ts';
import { saveApiKey, saveApiKeyUse } from './api-keys.ts';
import { saveEvent } from './events.ts';
import type { LoadedRows } from './load.ts';
import { savePrice, saveService } from './services.ts';
import { saveWebhook } from './webhooks.ts';

/** Saves what a batch did: its facts, and the projections that changed with them. */
export function saveBatch(
  connection: Connection,
  changes: BatchChanges,
  { accountNumbers, tenants }: LoadedRows,
  tables: Set<string>,
): void {
  for (const [tenant, tenantChanges] of changes.tenants) {
    const numbers = accountNumbers.get(tenant) ?? new Map<string, number>();
    saveTenant(connection, tenant, tenantChanges, numbers, tenants.get(tenant));
  }
  saveRecords(connection, changes.records, tables);
  saveIds(connection, changes.ids);
}

function saveTenant(
  connection: Connection,
  tenant: string,
  changes: Changes,
  numbers: Map<string, number>,
  before: View | undefined,
): void {
  for (const service of changes.services) saveService(connection, tenant, service);
  for (const price of changes.prices) savePrice(connection, tenant, price);
  for (const account of changes.accounts) {
    const name = accountName(account.agent, account.serviceId);
    const number = saveAccount(connection, tenant, account, numbers.get(name));
    numbers.set(name, number);
    const linesBefore = new Set(before?.account(account.agent, account.serviceId).lines);
    for (const line of account.lines) if (!linesBefore.has(line)) saveLine(connection, number, line);
  }
  const numberOf = (agent: string, serviceId: string) => {
    const number = numbers.get(accountName(agent, serviceId));
    if (number === undefined) throw new Error('an entry or a settlement without its account');
    return number;
  };
  for (const entry of changes.entries) {
    saveEntry(connection, tenant, numberOf(entry.agent, entry.serviceId), entry);
  }
  for (const settlement of changes.settlements) {
    saveSettlement(connection, tenant, numberOf(settlement.agent, settlement.serviceId), settlement);
  }
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

function saveRecords(connection: Connection, records: readonly MadeRecord[], tables: Set<string>): void {
  const scopes = new Map<string, { readonly tenant: string; readonly scope: string; totals: ScopeTotals }>();
  for (const record of records) {
    const { tenant, scope, answer } = record;
    const table = answersTable(record.firstSeenAtMs);
    if (!tables.has(table)) {
      createAnswersTable(connection, table);
      tables.add(table);
    }
    const name = `${tenant} ${scope}`;
    const known = scopes.get(name) ?? { tenant, scope, totals: loadScope(connection, tenant, scope) };
    const number = known.totals.answers + 1;
    const bytesBefore = known.totals.answerBytes;
    known.totals = { answers: number, answerBytes: bytesBefore + answerBytes(answer) };
    scopes.set(name, known);
    saveRecord(connection, record, number);
    saveAnswer(connection, table, tenant, scope, { number, bytesBefore, answer });
  }
  for (const { tenant, scope, totals } of scopes.values()) saveScope(connection, tenant, scope, totals);
  const [first] = records;
  if (first !== undefined) doubtClock(connection, first.firstSeenAtMs);
}
