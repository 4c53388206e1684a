import type { Balance } from '../domain/balance.ts';
import { type AgentBilling, balanceIn } from '../domain/billing.ts';
import { afterTime, lapsedBy } from '../domain/passed-time.ts';

/** A balance as it is at a time: also what nothing has recorded yet, because only time has passed. */
export function balanceAt(billing: AgentBilling, asset: string, nowMs: number): Balance {
  const balance = balanceIn(billing, asset);
  return afterTime(balance, lapsedBy(billing, balance, nowMs), nowMs).balance;
}
