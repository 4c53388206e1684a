import { type Account, emptyAccount, isUnsettled } from './account.ts';
import type { ApiKey } from './api-key.ts';
import { neverPaused, type Pause } from './pause.ts';
import { type Position, positionAtEnd, positionOf, withReversals } from './position.ts';
import type { PriceVersion, Service } from './service.ts';
import type { Settlement } from './settlement.ts';
import type { Entry, KnownEntry, KnownUsage } from './usage.ts';

/** What a command can see: the part of one tenant's books that it named, as the commands before it left them. */
export interface View {
  service(serviceId: string): Service | undefined;
  /** an empty account when nothing was recorded */
  account(agent: string, serviceId: string): Account;
  accountsOf(agent: string): readonly Account[];
  /** agents with something unsettled on a service: some of them, and none only if there is none */
  unsettledAgents(serviceId: string): ReadonlySet<string>;
  usage(usageId: string): KnownUsage | undefined;
  position(agent: string, serviceId: string, sequence: number): Position | undefined;
  entry(id: string): KnownEntry | undefined;
  pause(): Pause;
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
  readonly apiKeys: readonly ApiKey[];
  /** the last one counts */
  readonly pauses: readonly Pause[];
}

export const noChanges: Changes = {
  entries: [],
  settlements: [],
  prices: [],
  accounts: [],
  services: [],
  apiKeys: [],
  pauses: [],
};

/** One text for the two names of an account; no identifier contains a space. */
export function accountName(agent: string, serviceId: string): string {
  return `${agent} ${serviceId}`;
}

function isOf({ agent, serviceId }: { readonly agent: string; readonly serviceId: string }) {
  return (entry: Entry) => entry.agent === agent && entry.serviceId === serviceId;
}

/** A view with changes on top of another, which it leaves alone: a batch's own work, or that of one bulk. */
export class DraftView implements View {
  readonly #base: View;
  readonly #services = new Map<string, Service>();
  readonly #accounts = new Map<string, Account>();
  readonly #usages = new Map<string, KnownUsage>();
  readonly #apiKeys = new Map<string, ApiKey>();
  readonly #entries: Entry[] = [];
  /** those of the entries that are reversals */
  readonly #reversals: Entry[] = [];
  readonly #settlements: Settlement[] = [];
  readonly #prices: PriceVersion[] = [];
  readonly #pauses: Pause[] = [];

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

  unsettledAgents(serviceId: string): ReadonlySet<string> {
    const agents = new Set(this.#base.unsettledAgents(serviceId));
    for (const account of this.#accounts.values()) {
      if (account.serviceId !== serviceId) continue;
      if (isUnsettled(account)) agents.add(account.agent);
      else agents.delete(account.agent);
    }
    return agents;
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
    const known = recorded === undefined ? this.#base.entry(id) : { entry: recorded, isReversed: false };
    if (known === undefined) return undefined;
    const { sequence } = known.entry;
    const isReversed = this.#reversals
      .filter(isOf(known.entry))
      .some(({ reversal }) => reversal && reversal.from < sequence && sequence <= reversal.through);
    return { entry: known.entry, isReversed: known.isReversed || isReversed };
  }

  pause(): Pause {
    return this.#pauses.at(-1) ?? this.#base.pause();
  }

  apiKey(prefix: string): ApiKey | undefined {
    return this.#apiKeys.get(prefix) ?? this.#base.apiKey(prefix);
  }

  /** Takes in what a command did, so that the commands after it see it. */
  apply(changes: Changes): void {
    for (const entry of changes.entries) {
      this.#entries.push(entry);
      if (entry.reversal !== undefined) this.#reversals.push(entry);
      if (entry.usageId !== undefined) this.#usages.set(entry.usageId, { item: entry, entryId: entry.id });
    }
    this.#settlements.push(...changes.settlements);
    this.#prices.push(...changes.prices);
    for (const account of changes.accounts) {
      this.#accounts.set(accountName(account.agent, account.serviceId), account);
    }
    for (const service of changes.services) this.#services.set(service.serviceId, service);
    for (const key of changes.apiKeys) this.#apiKeys.set(key.prefix, key);
    this.#pauses.push(...changes.pauses);
  }

  /** Everything that was applied: facts in their order, projections as they are now. */
  changes(): Changes {
    return {
      entries: this.#entries,
      settlements: this.#settlements,
      prices: this.#prices,
      accounts: [...this.#accounts.values()],
      services: [...this.#services.values()],
      apiKeys: [...this.#apiKeys.values()],
      pauses: this.#pauses,
    };
  }
}

/** What was read for a batch, by name. Asking for what was not named finds nothing. */
export class LoadedView implements View {
  readonly services = new Map<string, Service>();
  readonly accounts = new Map<string, Account>();
  readonly unsettled = new Map<string, ReadonlySet<string>>();
  readonly usages = new Map<string, KnownUsage>();
  readonly positions = new Map<string, Position>();
  readonly entries = new Map<string, KnownEntry>();
  readonly apiKeys = new Map<string, ApiKey>();
  readonly #pause: Pause;

  /** @param pause as it was when the batch was loaded */
  constructor(pause: Pause = neverPaused) {
    this.#pause = pause;
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

  apiKey(prefix: string): ApiKey | undefined {
    return this.apiKeys.get(prefix);
  }
}
