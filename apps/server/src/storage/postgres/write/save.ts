import type { AccountLine } from '../../../domain/account.ts';
import type { Changes } from '../../../domain/view.ts';
import type { BatchChanges } from '../../../ledger/storage-port.ts';
import type { StatementRunner } from '../statement-runner.ts';
import { doubtClock } from '../upkeep/swept-clock.ts';
import { deleteUntouched, saveAccounts } from './accounts.ts';
import { saveActs } from './acts.ts';
import { saveApiKeys, saveApiKeyUses } from './api-keys.ts';
import { saveAssets } from './assets.ts';
import { saveBalances, saveGrants, saveMovements, savePolicies } from './balances.ts';
import { saveAnnouncements, saveDeliveries } from './deliveries.ts';
import { saveEntries } from './entries.ts';
import { saveEvents } from './events.ts';
import { saveHolds } from './holds.ts';
import { saveIdsAhead } from './ids.ts';
import { saveLimitCounters, saveLimits } from './limits.ts';
import type { LoadedRows } from './load.ts';
import { savePause, saveSettings } from './operator.ts';
import { saveRecords } from './records.ts';
import { saveReversals } from './reversals.ts';
import { savePrices, saveServices } from './services.ts';
import { saveSettlements } from './settlements.ts';
import { nameIn } from './wanted.ts';
import { saveWebhooks } from './webhooks.ts';
import { saveWriteOffs } from './write-offs.ts';

/**
 * Saves what a batch did: tables in one order for all batches, each in one statement. All of them are sent at once, and
 * the first that fails fails the transaction.
 */
export async function saveBatch(
  statements: StatementRunner,
  { tenants, records, ids }: BatchChanges,
  loaded: LoadedRows,
): Promise<void> {
  const changed = new ChangedRows(tenants);
  await Promise.all([
    ...savePriceList(statements, changed),
    ...saveBooks(statements, changed, loaded),
    ...saveLimitsOf(statements, changed, loaded),
    ...saveMoney(statements, changed, loaded),
    ...saveOperation(statements, changed),
    ...saveEventsOf(statements, changed),
    saveActs(
      statements,
      changed.map('acts', (_tenant, act) => act),
    ),
    saveRecords(statements, records),
    saveIdsAhead(statements, ids.aheadMs, loaded.idsAheadMaxMs),
    doubtClock(statements, records, loaded.sweptAtMs),
  ]);
}

/** What each list of changes consists of. */
type Changed = { readonly [List in keyof Changes]: Changes[List][number] };

/** The changes of all tenants of a batch. */
class ChangedRows {
  readonly #tenants: readonly (readonly [
    tenant: string,
    changes: { readonly [List in keyof Changed]: readonly Changed[List][] },
  ])[];

  constructor(tenants: BatchChanges['tenants']) {
    this.#tenants = [...tenants];
  }

  /** A row for each element of one list, the tenants in their order. */
  map<List extends keyof Changes, R>(
    list: List,
    row: (tenant: string, value: Changed[List]) => R,
    from = 0,
  ): R[] {
    const rows: R[] = [];
    for (const [tenant, changes] of this.#tenants) {
      for (const value of changes[list].slice(from)) rows.push(row(tenant, value));
    }
    return rows;
  }
}

function savePriceList(statements: StatementRunner, changed: ChangedRows): Promise<void>[] {
  return [
    saveServices(
      statements,
      changed.map('services', (tenant, service) => ({ tenant, service })),
    ),
    saveAssets(
      statements,
      changed.map('assets', (tenant, asset) => ({ tenant, asset })),
    ),
    savePrices(
      statements,
      changed.map('prices', (tenant, price) => ({ tenant, price })),
    ),
  ];
}

/** Accounts with their entries and bills. */
function saveBooks(statements: StatementRunner, changed: ChangedRows, loaded: LoadedRows): Promise<void>[] {
  const accountOf = (tenant: string, account: { readonly agent: string; readonly serviceId: string }) => {
    const id = loaded.accounts.get(nameIn(tenant, account))?.account;
    if (id === undefined) throw new Error('an account was written to that is not locked');
    return id;
  };
  const accounts = changed.map('accounts', (tenant, totals) => ({
    tenant,
    account: accountOf(tenant, totals),
    totals,
  }));
  const entries = changed.map('entries', (tenant, entry) => ({
    tenant,
    account: accountOf(tenant, entry),
    entry,
  }));
  const settlements = changed.map('settlements', (tenant, settlement) => ({
    tenant,
    account: accountOf(tenant, settlement),
    settlement,
  }));
  return [
    saveAccounts(statements, accounts, linesOf(loaded)),
    deleteUntouched(statements, untouchedOf(loaded, new Set(accounts.map(({ account }) => account)))),
    saveEntries(statements, entries),
    saveReversals(statements, entries),
    saveWriteOffs(statements, entries),
    saveSettlements(statements, settlements),
  ];
}

function saveLimitsOf(
  statements: StatementRunner,
  changed: ChangedRows,
  { madeCounters }: LoadedRows,
): Promise<void>[] {
  return [
    saveLimits(
      statements,
      changed.map('limits', (tenant, limit) => ({ tenant, limit })),
    ),
    saveLimitCounters(
      statements,
      changed.map('limitCounters', (tenant, counter) => ({ tenant, counter })),
      madeCounters,
    ),
  ];
}

/** Policies, balances with their grants and movements, holds. */
function saveMoney(
  statements: StatementRunner,
  changed: ChangedRows,
  { billed, knownHolds }: LoadedRows,
): Promise<void>[] {
  return [
    savePolicies(
      statements,
      changed.map('policies', (tenant, named) => ({ tenant, named })),
      (tenant, agent) => billed.has(`${tenant} ${agent}`),
    ),
    saveBalances(
      statements,
      changed.map('balances', (tenant, balance) => ({ tenant, balance })),
    ),
    saveGrants(
      statements,
      changed.map('grants', (tenant, owned) => ({ tenant, owned })),
    ),
    saveMovements(
      statements,
      changed.map('movements', (tenant, movement) => ({ tenant, movement })),
    ),
    saveHolds(
      statements,
      changed.map('holds', (tenant, hold) => ({ tenant, hold })),
      (tenant, hold) => knownHolds.has(`${tenant} ${hold.id}`),
    ),
  ];
}

/** API keys, pauses, settings: of the last two, only the last change counts. */
function saveOperation(statements: StatementRunner, changed: ChangedRows): Promise<void>[] {
  return [
    saveApiKeys(
      statements,
      changed.map('apiKeys', (_tenant, key) => key),
    ),
    saveApiKeyUses(
      statements,
      changed.map('apiKeyUses', (_tenant, use) => use),
    ),
    ...changed.map('pauses', (_tenant, pause) => savePause(statements, pause), -1),
    ...changed.map('settings', (_tenant, settings) => saveSettings(statements, settings), -1),
  ];
}

function saveEventsOf(statements: StatementRunner, changed: ChangedRows): Promise<void>[] {
  return [
    saveEvents(
      statements,
      changed.map('events', (tenant, event) => ({ tenant, event })),
    ),
    saveWebhooks(
      statements,
      changed.map('webhooks', (tenant, webhook) => ({ tenant, webhook })),
    ),
    saveDeliveries(
      statements,
      changed.map('deliveries', (tenant, delivery) => ({ tenant, delivery })),
    ),
    saveAnnouncements(
      statements,
      changed.map('announcements', (tenant, announcement) => ({ tenant, announcement })),
    ),
  ];
}

/** The lines of the accounts as they were loaded: unchanged lines need not be saved. */
function linesOf({ accounts }: LoadedRows): ReadonlySet<AccountLine> {
  return new Set([...accounts.values()].flatMap(({ totals }) => totals.lines));
}

/** Accounts that were made to be locked, and on which nothing was recorded. */
function untouchedOf({ accounts }: LoadedRows, touched: ReadonlySet<string>) {
  return [...accounts.values()]
    .filter(({ account, totals }) => totals.sequence === 0 && !touched.has(account))
    .map(({ tenant, totals: { agent, serviceId } }) => ({ tenant, agent, serviceId }));
}
