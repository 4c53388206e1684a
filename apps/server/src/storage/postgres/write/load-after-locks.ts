import { accountName } from '../../../domain/account-name.ts';
import { entriesBehind } from '../../../domain/far-back.ts';
import type { LoadedView } from '../../../domain/loaded-view.ts';
import { openFrom } from '../../../domain/reversal.ts';
import type { Wants } from '../../../ledger/wants.ts';
import type { IdentifiedAccount, loadAccounts } from '../read/accounts.ts';
import { loadBillings, loadGrants } from '../read/balances.ts';
import type { PlacedEntry } from '../read/entries.ts';
import { loadHolds } from '../read/holds.ts';
import { loadPosition, loadReversedOf } from '../read/reversals.ts';
import type { StatementRunner } from '../statement-runner.ts';
import { lockBillings } from './balances.ts';
import { agentName, holdName, nameIn, sortedByName, wantedOf } from './wanted.ts';

/**
 * Locks the balances of agents, after all accounts, and then reads them. It reads nothing for agents that have neither
 * a policy nor a balance.
 *
 * @returns the names of those that the books know
 */
export async function loadWantedBillings(
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
    // A row that another instance has created since is not locked. A change then tries to create it, fails, and the
    // batch is decided again.
    const isKnown = locked.has(agentName(tenant, billing.agent));
    views.get(tenant)?.agentBillings.set(billing.agent, { ...billing, isKnown });
  }
  return locked;
}

export async function loadWantedGrants(
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

/**
 * Loads the wanted holds. A hold that another instance has made since the look-up is left out, because its agent and
 * its account are not locked.
 */
export async function loadWantedHolds(
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

export async function loadKnownEntries(
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

export async function loadPositions(
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
