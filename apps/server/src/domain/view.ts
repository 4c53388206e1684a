import { type Account, isUnsettled } from './account.ts';
import { accountName } from './account-name.ts';
import type { Act } from './act.ts';
import type { ApiKey, ApiKeyUse } from './api-key.ts';
import type { Asset } from './asset.ts';
import type { Balance, OwnedGrant } from './balance.ts';
import {
  type AgentBilling,
  type BillingPolicy,
  everyAgent,
  type NamedPolicy,
  withBalance,
} from './billing.ts';
import type { Announcement, Delivery } from './delivery.ts';
import type { NotedEvent } from './event.ts';
import type { Hold } from './hold.ts';
import type { Limit } from './limit.ts';
import { counterName, emptyCounter, type LimitCounter } from './limit-counter.ts';
import type { Movement } from './movement.ts';
import type { Pause } from './pause.ts';
import { type Position, positionOf, withReversals } from './position.ts';
import { withReversedRequests } from './reversal.ts';
import type { PriceVersion, Service } from './service.ts';
import type { Settings } from './settings.ts';
import type { Settlement } from './settlement.ts';
import type { Entry, KnownEntry, KnownUsage } from './usage.ts';
import type { Webhook } from './webhook.ts';

/** What a command can see: the part of one tenant's books that it named, with the effects of the commands before it. */
export interface View {
  /** as it is at the time of the decision, with the price that is in force then */
  service(serviceId: string): Service | undefined;
  /** an empty account when nothing was recorded */
  account(agent: string, serviceId: string): Account;
  accountsOf(agent: string): readonly Account[];
  /** how many those are, also where there are more than were loaded */
  countAccountsOf(agent: string): number;
  /** agents with something unsettled on a service: some of them, and none only if there is none */
  unsettledAgents(serviceId: string): ReadonlySet<string>;
  /** whether something was ever recorded of a service */
  isUsed(serviceId: string): boolean;
  usage(usageId: string): KnownUsage | undefined;
  position(agent: string, serviceId: string, sequence: number): Position | undefined;
  entry(id: string): KnownEntry | undefined;
  /** those that the tenant registered */
  assets(): readonly Asset[];
  /** all of the tenant's that were not deleted */
  limits(): readonly Limit[];
  /** what was counted for a limit: an agent's counter, or its only one */
  limitCounter(limit: Limit, subject: string): LimitCounter;
  /** how an agent pays, with its balances */
  billing(agent: string): AgentBilling;
  /** those of all agents that were loaded and are known */
  billings(): readonly AgentBilling[];
  /** the policy of agents that have none */
  defaultPolicy(): BillingPolicy | undefined;
  /** a grant by its id; of a balance that was loaded, also one that is used up */
  grant(id: string): OwnedGrant | undefined;
  hold(id: string): Hold | undefined;
  pause(): Pause;
  settings(): Settings;
  /** all of the tenant's that were not deleted */
  webhooks(): readonly Webhook[];
  delivery(webhookId: string, eventId: string): Delivery | undefined;
  /** revoked ones too: a prefix is never given again */
  apiKey(prefix: string): ApiKey | undefined;
}

/** What commands did to one tenant's books: new facts, and the projections that changed with them. */
export interface Changes {
  readonly entries: readonly Entry[];
  readonly settlements: readonly Settlement[];
  readonly prices: readonly PriceVersion[];
  readonly accounts: readonly Account[];
  readonly services: readonly Service[];
  readonly assets: readonly Asset[];
  readonly limits: readonly Limit[];
  readonly limitCounters: readonly LimitCounter[];
  /** the policies of agents, and of the tenant */
  readonly policies: readonly NamedPolicy[];
  readonly balances: readonly Balance[];
  readonly grants: readonly OwnedGrant[];
  readonly movements: readonly Movement[];
  readonly holds: readonly Hold[];
  readonly apiKeys: readonly ApiKey[];
  readonly apiKeyUses: readonly ApiKeyUse[];
  /** the last one counts */
  readonly pauses: readonly Pause[];
  /** the last ones count */
  readonly settings: readonly Settings[];
  readonly events: readonly NotedEvent[];
  readonly webhooks: readonly Webhook[];
  readonly deliveries: readonly Delivery[];
  /** deliveries that storage makes */
  readonly announcements: readonly Announcement[];
  readonly acts: readonly Act[];
}

/** What recording usage may change. */
export type UsageChanges = Pick<
  Changes,
  'entries' | 'accounts' | 'limitCounters' | 'policies' | 'balances' | 'grants' | 'movements' | 'events'
>;

export const noChanges: Changes = {
  entries: [],
  settlements: [],
  prices: [],
  accounts: [],
  services: [],
  assets: [],
  limits: [],
  limitCounters: [],
  policies: [],
  balances: [],
  grants: [],
  movements: [],
  holds: [],
  apiKeys: [],
  apiKeyUses: [],
  pauses: [],
  settings: [],
  events: [],
  webhooks: [],
  deliveries: [],
  announcements: [],
  acts: [],
};

function isOf({ agent, serviceId }: { readonly agent: string; readonly serviceId: string }) {
  return (entry: Entry) => entry.agent === agent && entry.serviceId === serviceId;
}

/** A view with changes on top of another view, which it does not modify: for a batch, or for one bulk. */
export class DraftView implements View {
  readonly #base: View;
  readonly #services = new Map<string, Service>();
  readonly #assets: Asset[] = [];
  readonly #accounts = new Map<string, Account>();
  readonly #usages = new Map<string, KnownUsage>();
  readonly #limits = new Map<string, Limit>();
  /** all of them, until they change again */
  #limitsNow: readonly Limit[] | undefined;
  readonly #limitCounters = new Map<string, LimitCounter>();
  readonly #policies = new Map<string, NamedPolicy>();
  /** by agent, then by asset */
  readonly #balances = new Map<string, Map<string, Balance>>();
  readonly #grants = new Map<string, OwnedGrant>();
  readonly #movements: Movement[] = [];
  readonly #holds = new Map<string, Hold>();
  readonly #apiKeys = new Map<string, ApiKey>();
  readonly #apiKeyUses: ApiKeyUse[] = [];
  readonly #entries: Entry[] = [];
  /** those of the entries that are reversals */
  readonly #reversals: Entry[] = [];
  readonly #settlements: Settlement[] = [];
  readonly #prices: PriceVersion[] = [];
  readonly #pauses: Pause[] = [];
  readonly #settings: Settings[] = [];
  readonly #events: NotedEvent[] = [];
  readonly #webhooks = new Map<string, Webhook>();
  readonly #deliveries = new Map<string, Delivery>();
  readonly #announcements: Announcement[] = [];
  readonly #acts: Act[] = [];

  constructor(base: View) {
    this.#base = base;
  }

  service(serviceId: string): Service | undefined {
    return this.#services.get(serviceId) ?? this.#base.service(serviceId);
  }

  account(agent: string, serviceId: string): Account {
    return this.#accounts.get(accountName(agent, serviceId)) ?? this.#base.account(agent, serviceId);
  }

  accountsOf(agent: string): readonly Account[] {
    const accounts = new Map(this.#base.accountsOf(agent).map((account) => [account.serviceId, account]));
    for (const account of this.#accounts.values()) {
      if (account.agent === agent) accounts.set(account.serviceId, account);
    }
    return [...accounts.values()];
  }

  countAccountsOf(agent: string): number {
    const added = [...this.#accounts.values()].filter(
      (account) => account.agent === agent && this.#base.account(agent, account.serviceId).sequence === 0,
    );
    return this.#base.countAccountsOf(agent) + added.length;
  }

  unsettledAgents(serviceId: string): ReadonlySet<string> {
    const agents = new Set(this.#base.unsettledAgents(serviceId));
    for (const account of this.#accounts.values()) {
      if (account.serviceId !== serviceId) continue;
      if (isUnsettled(account)) agents.add(account.agent);
      else agents.delete(account.agent);
    }
    return agents;
  }

  isUsed(serviceId: string): boolean {
    const isUsedHere = this.#entries.some((entry) => entry.serviceId === serviceId);
    return isUsedHere || this.#base.isUsed(serviceId);
  }

  usage(usageId: string): KnownUsage | undefined {
    return this.#usages.get(usageId) ?? this.#base.usage(usageId);
  }

  position(agent: string, serviceId: string, sequence: number): Position | undefined {
    const before = this.#base.account(agent, serviceId);
    const reversals = this.#reversals.filter(isOf({ agent, serviceId }));
    if (sequence > before.sequence) {
      const entry = this.#entries.find((one) => one.sequence === sequence && isOf({ agent, serviceId })(one));
      return entry && positionOf(entry, before, reversals);
    }
    const position = this.#base.position(agent, serviceId, sequence);
    return position && withReversals(position, reversals);
  }

  entry(id: string): KnownEntry | undefined {
    const recorded = this.#entries.find((entry) => entry.id === id);
    const known = recorded === undefined ? this.#base.entry(id) : { entry: recorded, reversedRequests: 0 };
    if (known === undefined) return undefined;
    return withReversedRequests(known, this.#reversals.filter(isOf(known.entry)));
  }

  limits(): readonly Limit[] {
    if (this.#limits.size === 0) return this.#base.limits();
    if (this.#limitsNow === undefined) {
      const limits = new Map(this.#base.limits().map((limit) => [limit.id, limit]));
      for (const limit of this.#limits.values()) limits.set(limit.id, limit);
      this.#limitsNow = [...limits.values()].filter(({ deleted }) => !deleted);
    }
    return this.#limitsNow;
  }

  limitCounter(limit: Limit, subject: string): LimitCounter {
    const counter = this.#limitCounters.get(counterName({ limitId: limit.id, subject }));
    if (counter !== undefined) return counter;
    const isMadeHere = this.#limits.has(limit.id) && !this.#base.limits().some(({ id }) => id === limit.id);
    return isMadeHere ? emptyCounter(limit.id, subject) : this.#base.limitCounter(limit, subject);
  }

  assets(): readonly Asset[] {
    return this.#assets.length === 0 ? this.#base.assets() : [...this.#base.assets(), ...this.#assets];
  }

  billing(agent: string): AgentBilling {
    const base = this.#base.billing(agent);
    const named = this.#policies.get(agent);
    const balances = this.#balances.get(agent);
    if (named === undefined && balances === undefined) return base;
    const billing = named === undefined ? base : { ...base, isKnown: true, policy: named.policy };
    return [...(balances?.values() ?? [])].reduce(withBalance, billing);
  }

  billings(): readonly AgentBilling[] {
    const agents = new Set(this.#base.billings().map(({ agent }) => agent));
    return [...agents].map((agent) => this.billing(agent));
  }

  defaultPolicy(): BillingPolicy | undefined {
    const changed = this.#policies.get(everyAgent);
    return changed === undefined ? this.#base.defaultPolicy() : changed.policy;
  }

  grant(id: string): OwnedGrant | undefined {
    return this.#grants.get(id) ?? this.#base.grant(id);
  }

  hold(id: string): Hold | undefined {
    return this.#holds.get(id) ?? this.#base.hold(id);
  }

  pause(): Pause {
    return this.#pauses.at(-1) ?? this.#base.pause();
  }

  settings(): Settings {
    return this.#settings.at(-1) ?? this.#base.settings();
  }

  apiKey(prefix: string): ApiKey | undefined {
    return this.#apiKeys.get(prefix) ?? this.#base.apiKey(prefix);
  }

  webhooks(): readonly Webhook[] {
    if (this.#webhooks.size === 0) return this.#base.webhooks();
    const webhooks = new Map(this.#base.webhooks().map((webhook) => [webhook.id, webhook]));
    for (const webhook of this.#webhooks.values()) webhooks.set(webhook.id, webhook);
    return [...webhooks.values()].filter(({ deleted }) => !deleted);
  }

  delivery(webhookId: string, eventId: string): Delivery | undefined {
    return this.#deliveries.get(`${webhookId} ${eventId}`) ?? this.#base.delivery(webhookId, eventId);
  }

  /** Adds the changes of a command, so that later commands see them. */
  apply(changes: Changes): void {
    this.applyUsage(changes);
    this.#settlements.push(...changes.settlements);
    this.#prices.push(...changes.prices);
    for (const service of changes.services) this.#services.set(service.serviceId, service);
    this.#assets.push(...changes.assets);
    for (const limit of changes.limits) this.#limits.set(limit.id, limit);
    if (changes.limits.length > 0) this.#limitsNow = undefined;
    for (const hold of changes.holds) this.#holds.set(hold.id, hold);
    for (const key of changes.apiKeys) this.#apiKeys.set(key.prefix, key);
    this.#apiKeyUses.push(...changes.apiKeyUses);
    this.#pauses.push(...changes.pauses);
    this.#settings.push(...changes.settings);
    this.#announcements.push(...changes.announcements);
    this.#acts.push(...changes.acts);
    for (const webhook of changes.webhooks) this.#webhooks.set(webhook.id, webhook);
    for (const delivery of changes.deliveries) {
      this.#deliveries.set(`${delivery.webhookId} ${delivery.eventId}`, delivery);
    }
  }

  /**
   * Adds the changes of an item of a bulk. It is separate because a bulk has thousands of items, and checking 22 empty
   * lists for each takes 1 µs.
   */
  applyUsage(changes: UsageChanges): void {
    for (const entry of changes.entries) {
      this.#entries.push(entry);
      if (entry.reversal !== undefined) this.#reversals.push(entry);
      if (entry.usageId !== undefined) this.#usages.set(entry.usageId, { item: entry, entryId: entry.id });
    }
    for (const account of changes.accounts) {
      this.#accounts.set(accountName(account.agent, account.serviceId), account);
    }
    for (const counter of changes.limitCounters) this.#limitCounters.set(counterName(counter), counter);
    for (const named of changes.policies) this.#policies.set(named.agent, named);
    for (const balance of changes.balances) {
      const ofAgent = this.#balances.get(balance.agent) ?? new Map<string, Balance>();
      this.#balances.set(balance.agent, ofAgent.set(balance.asset, balance));
    }
    for (const owned of changes.grants) this.#grants.set(owned.grant.id, owned);
    this.#movements.push(...changes.movements);
    this.#events.push(...changes.events);
  }

  /** Everything that was applied: facts in their order, projections as they are now. */
  changes(): Changes {
    return {
      entries: this.#entries,
      settlements: this.#settlements,
      prices: this.#prices,
      accounts: [...this.#accounts.values()],
      services: [...this.#services.values()],
      assets: this.#assets,
      limits: [...this.#limits.values()],
      limitCounters: [...this.#limitCounters.values()],
      policies: [...this.#policies.values()],
      balances: [...this.#balances.values()].flatMap((ofAgent) => [...ofAgent.values()]),
      holds: [...this.#holds.values()],
      grants: [...this.#grants.values()],
      movements: this.#movements,
      apiKeys: [...this.#apiKeys.values()],
      apiKeyUses: this.#apiKeyUses,
      pauses: this.#pauses,
      settings: this.#settings,
      events: this.#events,
      webhooks: [...this.#webhooks.values()],
      deliveries: [...this.#deliveries.values()],
      announcements: this.#announcements,
      acts: this.#acts,
    };
  }
}
