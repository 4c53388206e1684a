import { settleBulkAccountsMax } from '../../../domain/commands/settlements.ts';
import { wantOfEntry, wantOfHold } from '../../../domain/wants.ts';
import type { Wants } from '../../../ledger/wants.ts';
import { lookForAccounts } from '../read/accounts.ts';
import { loadEntry, type PlacedEntry } from '../read/entries.ts';
import { loadHolds } from '../read/holds.ts';
import type { StatementRunner } from '../statement-runner.ts';
import { holdName, nameIn, sortedByName, wantedOf } from './wanted.ts';

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
        // One more than may be settled at once, so that the decision can see that there are too many.
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
