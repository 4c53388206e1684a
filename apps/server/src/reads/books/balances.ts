import type { Balance, Grant, OwnedGrant } from '../../domain/balance.ts';
import type { AgentBilling, BillingPolicy } from '../../domain/billing.ts';
import type { Hold } from '../../domain/hold.ts';
import type { Movement } from '../../domain/movement.ts';

/** What names a balance. */
export interface BalanceName {
  readonly tenant: string;
  readonly agent: string;
  readonly asset: string;
}

export interface WholeBalance {
  readonly balance: Balance | undefined;
  readonly grants: readonly Grant[];
  readonly openHolds: readonly Hold[];
}

/** An agent with expired grants or lapsed holds that are not recorded yet. */
export interface DueAgent {
  readonly tenant: string;
  readonly agent: string;
  /** how many grants and holds of it were found; there may be more */
  readonly due: number;
  /** what identifies the first of them */
  readonly first: string;
}

/** Each agent once, in the order in which they come. */
export function distinctAgents(rows: readonly Omit<DueAgent, 'due'>[]): DueAgent[] {
  const byName = Map.groupBy(rows, ({ tenant, agent }) => `${tenant} ${agent}`);
  return [...byName.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [{ ...first, due: 1 + others.length }],
  );
}

/** Reads of balances. */
export interface BalanceReads {
  /** how an agent pays, as it was recorded last, with the holds that have lapsed by a time, and the policy of its tenant */
  billing(
    tenant: string,
    agent: string,
    nowMs: number,
  ): Promise<{
    readonly billing: AgentBilling | undefined;
    readonly defaultPolicy: BillingPolicy | undefined;
  }>;
  grant(tenant: string, id: string): Promise<OwnedGrant | undefined>;
  /** grants of a balance after a number, in their order */
  grantsAfter(name: BalanceName, after: number, limit: number): Promise<readonly Grant[]>;
  /** movements of a balance after a number, in their order */
  movementsAfter(name: BalanceName, after: number, limit: number): Promise<readonly Movement[]>;
  /** balances of a tenant after another one, by agent and asset, without their grants */
  balancesAfter(after: BalanceName, limit: number): Promise<readonly Balance[]>;
  /** balances of the agents after a name, by agent and asset, without their grants; '' begins */
  balancesOfAgentsAfter(tenant: string, after: string, limit: number): Promise<readonly Balance[]>;
  /** a balance with all grants that it ever had, in their order, and its open holds, as they were at one moment */
  wholeBalance(name: BalanceName): Promise<WholeBalance>;
  /** agents with grants that have expired, or holds that have lapsed, by a time */
  dueAgents(nowMs: number, limit: number): Promise<readonly DueAgent[]>;
}
