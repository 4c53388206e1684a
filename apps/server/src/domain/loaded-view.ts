import { type Account, emptyAccount } from './account.ts';
import { accountName } from './account-name.ts';
import type { ApiKey } from './api-key.ts';
import type { Asset } from './asset.ts';
import type { OwnedGrant } from './balance.ts';
import { type AgentBilling, type BillingPolicy, noBilling } from './billing.ts';
import { serviceAt } from './dated-price.ts';
import type { Delivery } from './delivery.ts';
import type { Hold } from './hold.ts';
import type { Limit } from './limit.ts';
import { counterName, type LimitCounter } from './limit-counter.ts';
import { neverPaused, type Pause } from './pause.ts';
import { type Position, positionAtEnd } from './position.ts';
import type { Service } from './service.ts';
import { noSettings, type Settings } from './settings.ts';
import type { KnownEntry, KnownUsage } from './usage.ts';
import type { View } from './view.ts';
import { areLimitsWanted, type TenantWants } from './wants.ts';
import type { Webhook } from './webhook.ts';

/**
 * The rows that were read for a batch, by name. If a decision asks for something that no command of the batch named,
 * the view throws, because that is a defect.
 */
export class LoadedView implements View {
  readonly services = new Map<string, Service>();
  readonly accounts = new Map<string, Account>();
  /** how many accounts an agent has */
  readonly accountCounts = new Map<string, number>();
  readonly unsettled = new Map<string, ReadonlySet<string>>();
  /** those services of the wanted ones of which something was recorded */
  readonly usedServices = new Set<string>();
  readonly usages = new Map<string, KnownUsage>();
  readonly positions = new Map<string, Position>();
  readonly entries = new Map<string, KnownEntry>();
  ownAssets: readonly Asset[] = [];
  ownLimits: readonly Limit[] = [];
  /** by their names; those too for which nothing was counted */
  readonly limitCounters = new Map<string, LimitCounter>();
  /** how those agents pay that have a policy or a balance */
  readonly agentBillings = new Map<string, AgentBilling>();
  ownDefaultPolicy: BillingPolicy | undefined;
  readonly grants = new Map<string, OwnedGrant>();
  readonly holds = new Map<string, Hold>();
  readonly apiKeys = new Map<string, ApiKey>();
  readonly deliveries = new Map<string, Delivery>();
  readonly ownWebhooks: Webhook[] = [];
  readonly #wants: TenantWants;
  readonly #nowMs: number;
  readonly #pause: Pause;
  readonly #settings: Settings;
  #servicesOfAccounts: ReadonlySet<string> | undefined;

  /**
   * Pause and settings are as they were when the batch was loaded.
   *
   * @param nowMs the time at which the batch is decided, for all prices with a date
   */
  constructor(
    wants: TenantWants,
    nowMs: number,
    pause: Pause = neverPaused,
    settings: Settings = noSettings,
  ) {
    this.#wants = wants;
    this.#nowMs = nowMs;
    this.#pause = pause;
    this.#settings = settings;
  }

  settings(): Settings {
    return this.#settings;
  }

  pause(): Pause {
    return this.#pause;
  }

  service(serviceId: string): Service | undefined {
    const service = this.services.get(serviceId);
    if (service === undefined && !this.#wants.services.has(serviceId) && !this.#isOfAccount(serviceId)) {
      throw notNamed(`service ${serviceId}`);
    }
    return service && serviceAt(service, this.#nowMs);
  }

  account(agent: string, serviceId: string): Account {
    const name = accountName(agent, serviceId);
    const account = this.accounts.get(name);
    if (account !== undefined) return account;
    if (!this.#wants.accounts.has(name) && !this.#wants.agents.has(agent)) throw notNamed(`account ${name}`);
    return emptyAccount(agent, serviceId);
  }

  accountsOf(agent: string): readonly Account[] {
    this.#assertNamed(this.#wants.agents.has(agent), 'accounts of', agent);
    return [...this.accounts.values()].filter((account) => account.agent === agent);
  }

  countAccountsOf(agent: string): number {
    this.#assertNamed(this.#wants.agents.has(agent), 'accounts of', agent);
    return this.accountCounts.get(agent) ?? this.accountsOf(agent).length;
  }

  unsettledAgents(serviceId: string): ReadonlySet<string> {
    this.#assertNamed(this.#wants.deletedServices.has(serviceId), 'unsettled agents of', serviceId);
    return this.unsettled.get(serviceId) ?? new Set();
  }

  isUsed(serviceId: string): boolean {
    this.#assertNamed(this.#wants.usedServices.has(serviceId), 'whether there is usage of', serviceId);
    return this.usedServices.has(serviceId);
  }

  usage(usageId: string): KnownUsage | undefined {
    this.#assertNamed(this.#wants.usageIds.has(usageId), 'usage', usageId);
    return this.usages.get(usageId);
  }

  position(agent: string, serviceId: string, sequence: number): Position | undefined {
    const account = this.account(agent, serviceId);
    if (sequence === account.sequence) return positionAtEnd(account);
    const isNamed = this.#wants.positions.some((one) => one.agent === agent && one.serviceId === serviceId);
    this.#assertNamed(isNamed, 'positions of', agent);
    return this.positions.get(`${accountName(agent, serviceId)} ${sequence}`);
  }

  entry(id: string): KnownEntry | undefined {
    this.#assertNamed(this.#wants.entries.has(id), 'entry', id);
    return this.entries.get(id);
  }

  assets(): readonly Asset[] {
    this.#assertNamed(this.#wants.assets.has('registered'), 'assets', '');
    return this.ownAssets;
  }

  limits(): readonly Limit[] {
    this.#assertNamed(areLimitsWanted(this.#wants), 'limits', '');
    return this.ownLimits;
  }

  limitCounter({ id: limitId }: Limit, subject: string): LimitCounter {
    const counter = this.limitCounters.get(counterName({ limitId, subject }));
    if (counter === undefined) throw notNamed(`counter ${limitId} ${subject}`);
    return counter;
  }

  billing(agent: string): AgentBilling {
    this.#assertNamed(this.#wants.billings.has(agent), 'billing of', agent);
    return this.agentBillings.get(agent) ?? noBilling(agent);
  }

  billings(): readonly AgentBilling[] {
    return [...this.agentBillings.values()];
  }

  defaultPolicy(): BillingPolicy | undefined {
    return this.ownDefaultPolicy;
  }

  grant(id: string): OwnedGrant | undefined {
    this.#assertNamed(this.#wants.grantIds.has(id), 'grant', id);
    return this.grants.get(id);
  }

  hold(id: string): Hold | undefined {
    this.#assertNamed(this.#wants.holdIds.has(id), 'hold', id);
    return this.holds.get(id);
  }

  webhooks(): readonly Webhook[] {
    return this.ownWebhooks;
  }

  delivery(webhookId: string, eventId: string): Delivery | undefined {
    const isNamed = this.#wants.deliveries.some(
      (one) => one.webhookId === webhookId && one.eventId === eventId,
    );
    this.#assertNamed(isNamed, 'delivery of', eventId);
    return this.deliveries.get(`${webhookId} ${eventId}`);
  }

  apiKey(prefix: string): ApiKey | undefined {
    this.#assertNamed(this.#wants.apiKeyPrefixes.has(prefix), 'API key', prefix);
    return this.apiKeys.get(prefix);
  }

  #assertNamed(isNamed: boolean, what: string, name: string): void {
    if (!isNamed) throw notNamed(`${what} ${name}`);
  }

  /** Whether an account of an agent whose accounts are all wanted has the service. */
  #isOfAccount(serviceId: string): boolean {
    if (this.#wants.agents.size === 0 && this.#wants.entries.size === 0) return false;
    this.#servicesOfAccounts ??= new Set([...this.accounts.values()].map((account) => account.serviceId));
    return this.#servicesOfAccounts.has(serviceId);
  }
}

function notNamed(what: string): Error {
  return new Error(`a command read ${what}, which it did not name`);
}
