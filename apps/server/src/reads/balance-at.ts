import type { Balance } from '../domain/balance.ts';
import { type AgentBilling, balanceIn } from '../domain/billing.ts';
import { afterTime, lapsedBy } from '../domain/passed-time.ts';

/** A balance as it is at a time, including lapses and expiries that are not recorded yet. */
export function balanceAt(billing: AgentBilling, asset: string, nowMs: number): Balance {
  const balance = balanceIn(billing, asset);
  return afterTime(balance, lapsedBy(billing, balance, nowMs), nowMs).balance;
}
