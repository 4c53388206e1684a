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
import { type LoadedRows, nameIn } from './load.ts';
import { savePause, saveSettings } from './operator.ts';
import { saveRecords } from './records.ts';
import { saveReversals } from './reversals.ts';
import { savePrices, saveServices } from './services.ts';
import { saveSettlements } from './settlements.ts';
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
  const rowsOf = <T, R>(
    list: (changes: Changes) => readonly T[],
    row: (tenant: string, value: T) => R,
  ): R[] => [...tenants].flatMap(([tenant, changes]) => list(changes).map((value) => row(tenant, value)));
  const accountOf = (tenant: string, account: { readonly agent: string; readonly serviceId: string }) => {
    const id = loaded.accounts.get(nameIn(tenant, account))?.account;
    if (id === undefined) throw new Error('an account was written to that is not locked');
    return id;
  };
  const accounts = rowsOf(
    ({ accounts: changed }) => changed,
    (tenant, totals) => ({ tenant, account: accountOf(tenant, totals), totals }),
  );
  const entries = rowsOf(
    ({ entries: made }) => made,
    (tenant, entry) => ({ tenant, account: accountOf(tenant, entry), entry }),
  );
  const settlements = rowsOf(
    ({ settlements: made }) => made,
    (tenant, settlement) => ({ tenant, account: accountOf(tenant, settlement), settlement }),
  );
  await Promise.all([
    saveServices(
      statements,
      rowsOf(
        ({ services }) => services,
        (tenant, service) => ({ tenant, service }),
      ),
    ),
    saveAssets(
      statements,
      rowsOf(
        ({ assets }) => assets,
        (tenant, asset) => ({ tenant, asset }),
      ),
    ),
    savePrices(
      statements,
      rowsOf(
        ({ prices }) => prices,
        (tenant, price) => ({ tenant, price }),
      ),
    ),
    saveAccounts(statements, accounts, linesOf(loaded)),
    deleteUntouched(statements, untouchedOf(loaded, new Set(accounts.map(({ account }) => account)))),
    saveEntries(statements, entries),
    saveReversals(statements, entries),
    saveWriteOffs(statements, entries),
    saveSettlements(statements, settlements),
    saveLimits(
      statements,
      rowsOf(
        ({ limits }) => limits,
        (tenant, limit) => ({ tenant, limit }),
      ),
    ),
    saveLimitCounters(
      statements,
      rowsOf(
        ({ limitCounters }) => limitCounters,
        (tenant, counter) => ({ tenant, counter }),
      ),
      loaded.madeCounters,
    ),
    savePolicies(
      statements,
      rowsOf(
        ({ policies }) => policies,
        (tenant, named) => ({ tenant, named }),
      ),
      (tenant, agent) => loaded.billed.has(`${tenant} ${agent}`),
    ),
    saveBalances(
      statements,
      rowsOf(
        ({ balances }) => balances,
        (tenant, balance) => ({ tenant, balance }),
      ),
    ),
    saveGrants(
      statements,
      rowsOf(
        ({ grants }) => grants,
        (tenant, owned) => ({ tenant, owned }),
      ),
    ),
    saveMovements(
      statements,
      rowsOf(
        ({ movements }) => movements,
        (tenant, movement) => ({ tenant, movement }),
      ),
    ),
    saveHolds(
      statements,
      rowsOf(
        ({ holds }) => holds,
        (tenant, hold) => ({ tenant, hold }),
      ),
      (tenant, hold) => loaded.knownHolds.has(`${tenant} ${hold.id}`),
    ),
    saveApiKeys(
      statements,
      rowsOf(
        ({ apiKeys }) => apiKeys,
        (_tenant, key) => key,
      ),
    ),
    saveApiKeyUses(
      statements,
      rowsOf(
        ({ apiKeyUses }) => apiKeyUses,
        (_tenant, use) => use,
      ),
    ),
    ...rowsOf(
      ({ pauses }) => pauses.slice(-1),
      (_tenant, pause) => savePause(statements, pause),
    ),
    ...rowsOf(
      ({ settings }) => settings.slice(-1),
      (_tenant, settings) => saveSettings(statements, settings),
    ),
    saveEvents(
      statements,
      rowsOf(
        ({ events }) => events,
        (tenant, event) => ({ tenant, event }),
      ),
    ),
    saveWebhooks(
      statements,
      rowsOf(
        ({ webhooks }) => webhooks,
        (tenant, webhook) => ({ tenant, webhook }),
      ),
    ),
    saveDeliveries(
      statements,
      rowsOf(
        ({ deliveries }) => deliveries,
        (tenant, delivery) => ({ tenant, delivery }),
      ),
    ),
    saveAnnouncements(
      statements,
      rowsOf(
        ({ announcements }) => announcements,
        (tenant, announcement) => ({ tenant, announcement }),
      ),
    ),
    saveActs(
      statements,
      rowsOf(
        ({ acts }) => acts,
        (_tenant, act) => act,
      ),
    ),
    saveRecords(statements, records),
    saveIdsAhead(statements, ids.aheadMs, loaded.idsAheadMaxMs),
    doubtClock(statements, records, loaded.sweptAtMs),
  ]);
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
