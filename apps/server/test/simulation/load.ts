import { accountName } from '../../src/domain/account-name.ts';
import { everyAgent } from '../../src/domain/billing.ts';
import { entriesBehind } from '../../src/domain/far-back.ts';
import { emptyCounter } from '../../src/domain/limit-counter.ts';
import { LoadedView } from '../../src/domain/loaded-view.ts';
import { openFrom } from '../../src/domain/reversal.ts';
import { wantedCounters } from '../../src/domain/wanted-counters.ts';
import { areLimitsWanted, type TenantWants, wantOfEntry, wantOfHold } from '../../src/domain/wants.ts';
import type { Wants } from '../../src/ledger/wants.ts';
import type { TenantRows } from './rows.ts';

/** The time of a batch, and the maximum of lapsed holds that the batch may see and record. */
type LoadedTime = Pick<Wants, 'nowMs' | 'lapsesMax'>;

/** Loads what the commands of one tenant want, in the same order as an engine, because a row may require others. */
export function loadView(rows: TenantRows, wants: TenantWants, time: LoadedTime): LoadedView {
  const view = new LoadedView(wants, time.nowMs);
  for (const id of wants.holdIds) {
    const hold = rows.holds.get(id);
    if (hold === undefined) continue;
    view.holds.set(id, hold);
    wantOfHold(hold, wants);
  }
  for (const id of wants.entries) {
    const known = rows.knownEntry(id);
    if (known === undefined) continue;
    view.entries.set(id, known);
    wantOfEntry(known.entry, wants);
  }
  loadAccounts(rows, wants, view);
  loadPositions(rows, wants, view);
  if (wants.assets.size > 0) view.ownAssets = [...rows.assets.values()];
  for (const id of wants.usageIds) setIf(view.usages, id, rows.usages.get(id));
  view.ownWebhooks.push(...[...rows.webhooks.values()].filter(({ deleted }) => !deleted));
  for (const { webhookId, eventId } of wants.deliveries) {
    const name = `${webhookId} ${eventId}`;
    setIf(view.deliveries, name, rows.deliveries.get(name));
  }
  loadBillings(rows, wants, time, view);
  loadCounters(rows, wants, view);
  return view;
}

function loadAccounts(rows: TenantRows, wants: TenantWants, view: LoadedView): void {
  const keep = (agent: string, serviceId: string) => {
    const name = accountName(agent, serviceId);
    setIf(view.accounts, name, rows.accounts.get(name));
  };
  for (const { agent, serviceId } of wants.accounts.values()) keep(agent, serviceId);
  for (const [agent, accountsMax] of wants.agents) {
    const accounts = rows.accountsOf(agent);
    view.accountCounts.set(agent, accounts.length);
    if (accounts.length > accountsMax) continue;
    for (const { serviceId } of accounts) {
      keep(agent, serviceId);
      setIf(view.services, serviceId, rows.services.get(serviceId));
    }
  }
  for (const serviceId of wants.services) setIf(view.services, serviceId, rows.services.get(serviceId));
  for (const serviceId of wants.usedServices) if (rows.isUsed(serviceId)) view.usedServices.add(serviceId);
  for (const serviceId of wants.deletedServices)
    view.unsettled.set(serviceId, rows.unsettledAgents(serviceId));
}

function loadPositions(rows: TenantRows, wants: TenantWants, view: LoadedView): void {
  for (const { agent, serviceId, sequence: wanted, entriesBehindMax } of wants.positions) {
    const account = view.account(agent, serviceId);
    const sequence = wanted ?? openFrom(account);
    if (sequence === account.sequence || entriesBehind(account, sequence) > entriesBehindMax) continue;
    const name = `${accountName(agent, serviceId)} ${sequence}`;
    setIf(view.positions, name, rows.position(agent, serviceId, sequence));
  }
}

function loadBillings(
  rows: TenantRows,
  wants: TenantWants,
  { nowMs, lapsesMax }: LoadedTime,
  view: LoadedView,
): void {
  let left = lapsesMax;
  const used = [...wants.billings].filter(([agent, want]) => want === 'always' || rows.isBilled(agent));
  if (used.length > 0) view.ownDefaultPolicy = rows.policies.get(everyAgent)?.policy;
  for (const [agent] of used) {
    const billing = rows.billing(agent, nowMs, left);
    setIf(view.agentBillings, agent, billing);
    left -= billing?.dueHolds.length ?? 0;
  }
  for (const id of wants.grantIds) setIf(view.grants, id, rows.grants.get(id));
}

function loadCounters(rows: TenantRows, wants: TenantWants, view: LoadedView): void {
  if (!areLimitsWanted(wants)) return;
  view.ownLimits = rows.liveLimits();
  for (const [name, key] of wantedCounters(view.ownLimits, wants, view)) {
    view.limitCounters.set(name, rows.counters.get(name) ?? emptyCounter(key.limitId, key.subject));
  }
}

function setIf<T>(map: Map<string, T>, name: string, value: T | undefined): void {
  if (value !== undefined) map.set(name, value);
}
