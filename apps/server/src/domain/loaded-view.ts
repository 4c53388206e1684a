import { type Account, emptyAccount } from './account.ts';
import type { ApiKey } from './api-key.ts';
import type { Delivery } from './delivery.ts';
import { neverPaused, type Pause } from './pause.ts';
import { type Position, positionAtEnd } from './position.ts';
import type { Service } from './service.ts';
import { noSettings, type Settings } from './settings.ts';
import type { KnownEntry, KnownUsage } from './usage.ts';
import { accountName, type View } from './view.ts';
import type { Webhook } from './webhook.ts';

/** What was read for a batch, by name. Asking for what was not named finds nothing. */
export class LoadedView implements View {
  readonly services = new Map<string, Service>();
  readonly accounts = new Map<string, Account>();
  /** how many accounts an agent has */
  readonly accountCounts = new Map<string, number>();
  readonly unsettled = new Map<string, ReadonlySet<string>>();
  readonly usages = new Map<string, KnownUsage>();
  readonly positions = new Map<string, Position>();
  readonly entries = new Map<string, KnownEntry>();
  readonly apiKeys = new Map<string, ApiKey>();
  readonly deliveries = new Map<string, Delivery>();
  readonly ownWebhooks: Webhook[] = [];
  readonly #pause: Pause;
  readonly #settings: Settings;

  /** Pause and settings are as they were when the batch was loaded. */
  constructor(pause: Pause = neverPaused, settings: Settings = noSettings) {
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
    return this.services.get(serviceId);
  }

  account(agent: string, serviceId: string): Account {
    return this.accounts.get(accountName(agent, serviceId)) ?? emptyAccount(agent, serviceId);
  }

  accountsOf(agent: string): readonly Account[] {
    return [...this.accounts.values()].filter((account) => account.agent === agent);
  }

  countAccountsOf(agent: string): number {
    return this.accountCounts.get(agent) ?? this.accountsOf(agent).length;
  }

  unsettledAgents(serviceId: string): ReadonlySet<string> {
    return this.unsettled.get(serviceId) ?? new Set();
  }

  usage(usageId: string): KnownUsage | undefined {
    return this.usages.get(usageId);
  }

  position(agent: string, serviceId: string, sequence: number): Position | undefined {
    const account = this.account(agent, serviceId);
    if (sequence === account.sequence) return positionAtEnd(account);
    return this.positions.get(`${accountName(agent, serviceId)} ${sequence}`);
  }

  entry(id: string): KnownEntry | undefined {
    return this.entries.get(id);
  }

  webhooks(): readonly Webhook[] {
    return this.ownWebhooks;
  }

  delivery(webhookId: string, eventId: string): Delivery | undefined {
    return this.deliveries.get(`${webhookId} ${eventId}`);
  }

  apiKey(prefix: string): ApiKey | undefined {
    return this.apiKeys.get(prefix);
  }
}
