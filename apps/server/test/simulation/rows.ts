import { type Account, emptyAccount, isUnsettled } from '../../src/domain/account.ts';
import { accountName } from '../../src/domain/account-name.ts';
import type { Asset } from '../../src/domain/asset.ts';
import { type Balance, byDrawOrder, type OwnedGrant, restOf } from '../../src/domain/balance.ts';
import { type AgentBilling, everyAgent, type NamedPolicy } from '../../src/domain/billing.ts';
import { type Delivery, newDelivery } from '../../src/domain/delivery.ts';
import { type BooksEvent, eventFacts, type NotedEvent } from '../../src/domain/event.ts';
import { type Hold, hasLapsed } from '../../src/domain/hold.ts';
import type { Limit } from '../../src/domain/limit.ts';
import { counterName, type LimitCounter } from '../../src/domain/limit-counter.ts';
import type { Movement } from '../../src/domain/movement.ts';
import { type Position, positionAtEnd, positionOf, withReversals } from '../../src/domain/position.ts';
import type { PriceVersion, Service } from '../../src/domain/service.ts';
import type { Settlement } from '../../src/domain/settlement.ts';
import type { Entry, KnownEntry, KnownUsage } from '../../src/domain/usage.ts';
import type { Changes } from '../../src/domain/view.ts';
import type { Webhook } from '../../src/domain/webhook.ts';

/** The rows of one tenant in the simulated database, like the tables of an engine. Every value is immutable. */
export class TenantRows {
  /** the registered assets, by code */
  readonly assets = new Map<string, Asset>();
  readonly services = new Map<string, Service>();
  readonly prices = new Map<string, readonly PriceVersion[]>();
  readonly accounts = new Map<string, Account>();
  /** by account, ordered by sequence */
  readonly entries = new Map<string, readonly Entry[]>();
  readonly entriesById = new Map<string, Entry>();
  readonly usages = new Map<string, KnownUsage>();
  readonly settlements = new Map<string, readonly Settlement[]>();
  readonly limits = new Map<string, Limit>();
  readonly counters = new Map<string, LimitCounter>();
  readonly policies = new Map<string, NamedPolicy>();
  /** by agent and asset */
  readonly balances = new Map<string, Balance>();
  readonly grants = new Map<string, OwnedGrant>();
  /** by agent and asset */
  readonly movements = new Map<string, readonly Movement[]>();
  readonly holds = new Map<string, Hold>();
  readonly webhooks = new Map<string, Webhook>();
  readonly deliveries = new Map<string, Delivery>();
  /** ids of all events, in the order of their commits */
  readonly eventIds: string[] = [];
  readonly noted = new Map<string, NotedEvent>();

  /** A copy that later changes of these rows do not affect. */
  copy(): TenantRows {
    const copied = new TenantRows();
    for (const name of mapNames) {
      const target: Map<string, unknown> = copied[name];
      for (const [key, value] of this[name]) target.set(key, value);
    }
    copied.eventIds.push(...this.eventIds);
    return copied;
  }

  /** Saves the changes of a batch, like the `save.ts` of an engine. */
  apply(changes: Changes): void {
    for (const asset of changes.assets) this.assets.set(asset.code, asset);
    for (const service of changes.services) this.services.set(service.serviceId, service);
    for (const price of changes.prices) append(this.prices, price.serviceId, price);
    for (const account of changes.accounts)
      this.accounts.set(accountName(account.agent, account.serviceId), account);
    for (const entry of changes.entries) {
      append(this.entries, accountName(entry.agent, entry.serviceId), entry);
      this.entriesById.set(entry.id, entry);
      if (entry.usageId !== undefined) this.usages.set(entry.usageId, { item: entry, entryId: entry.id });
    }
    for (const settlement of changes.settlements)
      append(this.settlements, accountName(settlement.agent, settlement.serviceId), settlement);
    for (const limit of changes.limits) this.limits.set(limit.id, limit);
    for (const counter of changes.limitCounters) this.counters.set(counterName(counter), counter);
    this.#applyPrepaid(changes);
    this.#applyEvents(changes);
  }

  #applyPrepaid(changes: Changes): void {
    for (const named of changes.policies) this.policies.set(named.agent, named);
    for (const balance of changes.balances) this.balances.set(balanceName(balance), balance);
    for (const owned of changes.grants) this.grants.set(owned.grant.id, owned);
    for (const movement of changes.movements) append(this.movements, balanceName(movement), movement);
    for (const hold of changes.holds) this.holds.set(hold.id, hold);
  }

  #applyEvents(changes: Changes): void {
    for (const webhook of changes.webhooks) this.webhooks.set(webhook.id, webhook);
    for (const delivery of changes.deliveries) this.deliveries.set(deliveryName(delivery), delivery);
    for (const { eventType, eventIds, webhookIds, atMs } of changes.announcements) {
      for (const id of eventIds) {
        for (const webhookId of webhookIds) {
          const delivery = newDelivery(webhookId, { id, type: eventType }, atMs);
          this.deliveries.set(deliveryName(delivery), delivery);
        }
      }
    }
    for (const noted of changes.events) this.noted.set(noted.id, noted);
    this.eventIds.push(...eventIdsOf(changes));
  }

  account(agent: string, serviceId: string): Account {
    return this.accounts.get(accountName(agent, serviceId)) ?? emptyAccount(agent, serviceId);
  }

  accountsOf(agent: string): readonly Account[] {
    return [...this.accounts.values()].filter((account) => account.agent === agent);
  }

  /** Whether anything was recorded for a service. */
  isUsed(serviceId: string): boolean {
    return [...this.accounts.values()].some((account) => account.serviceId === serviceId);
  }

  unsettledAgents(serviceId: string): ReadonlySet<string> {
    const unsettled = [...this.accounts.values()].filter(
      (account) => account.serviceId === serviceId && isUnsettled(account),
    );
    return new Set(unsettled.map(({ agent }) => agent));
  }

  knownEntry(id: string): KnownEntry | undefined {
    const entry = this.entriesById.get(id);
    if (entry === undefined) return undefined;
    const { sequence } = entry;
    const reversals = this.#entriesOf(entry).flatMap(({ requests: taken, reversal }) =>
      reversal && reversal.from < sequence && sequence <= reversal.through
        ? [reversal.entryId === undefined ? Math.max(0, entry.requests) : -taken]
        : [],
    );
    const all = reversals.reduce((sum, requests) => sum + requests, 0);
    return { entry, reversedRequests: Math.min(all, Math.max(0, entry.requests)) };
  }

  position(agent: string, serviceId: string, sequence: number): Position | undefined {
    const entries = this.#entriesOf({ agent, serviceId });
    const reversals = entries.filter(({ reversal }) => reversal !== undefined);
    const empty = emptyAccount(agent, serviceId);
    if (sequence === 0) return withReversals(positionAtEnd(empty), reversals);
    const entry = entries[sequence - 1];
    return entry && positionOf(entry, empty, reversals);
  }

  #entriesOf({ agent, serviceId }: Pick<Entry, 'agent' | 'serviceId'>): readonly Entry[] {
    return this.entries.get(accountName(agent, serviceId)) ?? [];
  }

  liveLimits(): readonly Limit[] {
    return [...this.limits.values()].filter(({ deleted }) => !deleted);
  }

  /** Whether an agent, or its whole tenant, has or had a policy or a balance. */
  isBilled(agent: string): boolean {
    return this.policies.has(everyAgent) || this.policies.has(agent) || this.#balancesOf(agent).length > 0;
  }

  billing(agent: string, nowMs: number, dueMax?: number): AgentBilling | undefined {
    const balances = this.#balancesOf(agent).map((balance) => ({
      ...balance,
      open: this.#openGrants(balance),
    }));
    const named = this.policies.get(agent);
    if (named === undefined && balances.length === 0) return undefined;
    const due = this.openHolds(agent)
      .filter((hold) => hasLapsed(hold, nowMs))
      .sort((a, b) => a.expiresAtMs - b.expiresAtMs);
    const dueHolds = due.slice(0, dueMax);
    const hasMoreDue = dueHolds.length < due.length;
    return { agent, isKnown: true, policy: named?.policy, balances, dueHolds, hasMoreDue };
  }

  openHolds(agent: string): readonly Hold[] {
    return [...this.holds.values()].filter((hold) => hold.agent === agent && hold.state === 'open');
  }

  #balancesOf(agent: string): readonly Balance[] {
    return [...this.balances.values()].filter((balance) => balance.agent === agent);
  }

  #openGrants({ agent, asset }: Balance) {
    return [...this.grants.values()]
      .filter((owned) => owned.agent === agent && owned.asset === asset && restOf(owned.grant) > 0n)
      .map(({ grant }) => grant)
      .sort(byDrawOrder);
  }
}

const mapNames = [
  'assets',
  'services',
  'prices',
  'accounts',
  'entries',
  'entriesById',
  'usages',
  'settlements',
  'limits',
  'counters',
  'policies',
  'balances',
  'grants',
  'movements',
  'holds',
  'webhooks',
  'deliveries',
  'noted',
] as const satisfies readonly (keyof TenantRows)[];

/** No identifier contains a space. */
export function balanceName({ agent, asset }: { readonly agent: string; readonly asset: string }): string {
  return `${agent} ${asset}`;
}

function deliveryName({ webhookId, eventId }: Delivery): string {
  return `${webhookId} ${eventId}`;
}

/** The ids of the events of a batch, in order. */
export function eventIdsOf(changes: Changes): string[] {
  const events: readonly BooksEvent[] = [
    ...changes.entries.map((entry) => ({ kind: 'entry', entry }) as const),
    ...changes.settlements.map((settlement) => ({ kind: 'settlement', settlement }) as const),
    ...changes.events.map((noted) => ({ kind: 'noted', noted }) as const),
  ];
  return events.map((event) => eventFacts(event).id).sort();
}

function append<T>(lists: Map<string, readonly T[]>, name: string, row: T): void {
  lists.set(name, [...(lists.get(name) ?? []), row]);
}
