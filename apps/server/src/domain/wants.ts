import { accountName } from './account-name.ts';
import { xlm } from './asset.ts';
import type { Hold } from './hold.ts';
import type { Entry } from './usage.ts';

/** What commands of one tenant read, each thing once. */
export interface TenantWants {
  readonly services: Set<string>;
  readonly accounts: Map<string, { readonly agent: string; readonly serviceId: string }>;
  /** agents all of whose accounts, with their services, are wanted, unless they have more than so many */
  readonly agents: Map<string, number>;
  readonly usageIds: Set<string>;
  /** those of an account; no sequence means where its open usage begins */
  readonly positions: {
    readonly agent: string;
    readonly serviceId: string;
    readonly sequence: number | undefined;
    /** the position is not wanted if more entries after it may have to be looked through */
    readonly entriesBehindMax: number;
  }[];
  /** ids of entries that are wanted with their accounts */
  readonly entries: Set<string>;
  /** services whose unsettled usage must be checked */
  readonly deletedServices: Set<string>;
  /** services for which it must be checked whether usage was ever recorded */
  readonly usedServices: Set<string>;
  /** the assets that the tenant registered: only for commands that name one that is not built in */
  readonly assets: Set<'registered'>;
  /** the limits of the tenant, and the counters of those that apply to the accounts */
  readonly limits: Set<'definitions' | 'counters'>;
  /** for holds: the counters of the limits that apply are wanted, the account is not */
  readonly held: Map<string, { readonly agent: string; readonly serviceId: string }>;
  /**
   * Agents whose billing is wanted. `if_used`: only if they have or had a policy or a balance, and one of their
   * accounts is also wanted; for all others nothing is read.
   */
  readonly billings: Map<string, 'if_used' | 'always'>;
  readonly grantIds: Set<string>;
  /** holds that are wanted with their agents, accounts and services */
  readonly holdIds: Set<string>;
  readonly apiKeyPrefixes: Set<string>;
  readonly deliveries: { readonly webhookId: string; readonly eventId: string }[];
}

export function noWants(): TenantWants {
  return {
    services: new Set(),
    accounts: new Map(),
    agents: new Map(),
    usageIds: new Set(),
    positions: [],
    entries: new Set(),
    deletedServices: new Set(),
    usedServices: new Set(),
    assets: new Set(),
    limits: new Set(),
    held: new Map(),
    billings: new Map(),
    grantIds: new Set(),
    holdIds: new Set(),
    apiKeyPrefixes: new Set(),
    deliveries: [],
  };
}

function wantAccount(agent: string, serviceId: string, wants: TenantWants): void {
  wants.accounts.set(accountName(agent, serviceId), { agent, serviceId });
}

/** An account on which usage may be recorded: whether it may be depends on limits. */
export function wantCountedAccount(agent: string, serviceId: string, wants: TenantWants): void {
  wantPricedAccount(agent, serviceId, wants);
  wants.limits.add('counters');
}

/** An asset that is named. XLM needs no look. */
export function wantAsset(code: string | undefined, wants: TenantWants): void {
  if (code !== undefined && code !== xlm.code) wants.assets.add('registered');
}

/** What may be held: whether it may be depends on limits. */
export function wantHeld(agent: string, serviceId: string, wants: TenantWants): void {
  wants.held.set(accountName(agent, serviceId), { agent, serviceId });
  wants.services.add(serviceId);
  wants.limits.add('counters');
  wantBilling(agent, 'always', wants);
}

/** How an agent pays. */
export function wantBilling(agent: string, want: 'if_used' | 'always', wants: TenantWants): void {
  if (want === 'always' || !wants.billings.has(agent)) wants.billings.set(agent, want);
}

/** Whether limits are wanted: also where holds of an agent may have lapsed, which return what they counted for limits. */
export function areLimitsWanted({ limits, billings }: TenantWants): boolean {
  return limits.size > 0 || billings.size > 0;
}

/** An account, and the service that has its price. */
export function wantPricedAccount(agent: string, serviceId: string, wants: TenantWants): void {
  wantAccount(agent, serviceId, wants);
  wants.services.add(serviceId);
}

/** What may be wanted of a hold that was looked up by its id. */
export function wantOfHold({ agent, serviceId }: Hold, wants: TenantWants): void {
  wantCountedAccount(agent, serviceId, wants);
  wantBilling(agent, 'always', wants);
}

/** What may be wanted of an entry that was looked up by its id: its account, its service, and the balance that it was drawn from. */
export function wantOfEntry({ agent, serviceId, drawn }: Entry, wants: TenantWants): void {
  wantPricedAccount(agent, serviceId, wants);
  if (drawn !== undefined) wantBilling(agent, 'always', wants);
}
