import type { Amount } from './amount.ts';
import { assetDefault, type Balance, emptyBalance } from './balance.ts';
import type { Hold } from './hold.ts';

/** `postpaid`: usage is billed by a settlement. `prepaid`: it is drawn from the balance when it is recorded. */
export const billingModes = ['postpaid', 'prepaid'] as const;
export type BillingMode = (typeof billingModes)[number];

/** How an agent pays. */
export interface BillingPolicy {
  readonly mode: BillingMode;
  /** the asset of the amounts below; a balance in another asset has no overdraft and no levels */
  readonly asset: string;
  /** how far below 0 usage and holds may take what is available */
  readonly overdraft: Amount;
  /** levels of what is available, at or below which an event says so; the highest first */
  readonly lowAt: readonly Amount[];
}

/** The policy if neither the agent nor its tenant has one. */
export const policyDefault: BillingPolicy = {
  mode: 'postpaid',
  asset: assetDefault,
  overdraft: 0n,
  lowAt: [],
};

/** The most levels of a policy. */
export const lowAtMax = 10;

/** The name under which the policy of a tenant is kept: no agent has it. */
export const everyAgent = '';

/** A policy, or that there is none (any more), under the name of its agent. */
export interface NamedPolicy {
  readonly agent: string;
  readonly policy: BillingPolicy | undefined;
}

/** Everything about how one agent pays. */
export interface AgentBilling extends NamedPolicy {
  /** whether the books know the agent in this respect: that it has a policy or a balance, or had one */
  readonly isKnown: boolean;
  readonly balances: readonly Balance[];
  /** its open holds whose time has come, the first ones first */
  readonly dueHolds: readonly Hold[];
  /**
   * whether there are more of those than one commit records: its balances are then those before the other holds have
   * lapsed
   */
  readonly hasMoreDue: boolean;
}

/** An agent that has neither a policy nor a balance. */
export function noBilling(agent: string): AgentBilling {
  return { agent, isKnown: false, policy: undefined, balances: [], dueHolds: [], hasMoreDue: false };
}

/** The balance of an agent in an asset, as it is. */
export function balanceIn({ agent, balances }: AgentBilling, asset: string): Balance {
  return balances.find((balance) => balance.asset === asset) ?? emptyBalance(agent, asset);
}

/** The same billing with one of its balances as it is now. */
export function withBalance(billing: AgentBilling, changed: Balance): AgentBilling {
  const others = billing.balances.filter(({ asset }) => asset !== changed.asset);
  return { ...billing, isKnown: true, balances: [...others, changed] };
}

/** How far below 0 a policy lets what is available in an asset go. */
export function overdraftOf({ asset, overdraft }: BillingPolicy, wanted: string): Amount {
  return asset === wanted ? overdraft : 0n;
}
