import { type Limit, limitsOfAccount, subjectOf } from './limit.ts';
import { counterName, type LimitCounter } from './limit-counter.ts';
import type { LoadedView } from './loaded-view.ts';
import type { TenantWants } from './wants.ts';

type CounterKey = Pick<LimitCounter, 'limitId' | 'subject'>;

/**
 * The counters that the commands of one tenant may change, by their names: of the limits that apply to what is used or held,
 * and of those for which holds count that have lapsed by now.
 */
export function wantedCounters(
  limits: readonly Limit[],
  wants: TenantWants,
  { agentBillings }: Pick<LoadedView, 'agentBillings'>,
): ReadonlyMap<string, CounterKey> {
  const keys = new Map<string, CounterKey>();
  if (limits.length === 0) return keys;
  const add = (limit: Limit, agent: string) => {
    const key = { limitId: limit.id, subject: subjectOf(limit, agent) };
    keys.set(counterName(key), key);
  };
  if (wants.limits.has('counters')) {
    for (const used of [...wants.accounts.values(), ...wants.held.values()]) {
      for (const limit of limitsOfAccount(limits, used)) add(limit, used.agent);
    }
  }
  for (const { agent, dueHolds } of agentBillings.values()) {
    const counting = new Set(
      dueHolds.flatMap(({ counted }) => counted?.windows ?? []).map(({ limitId }) => limitId),
    );
    // In a bulk, this runs for each of up to 10,000 agents, and most have no hold that has lapsed.
    if (counting.size === 0) continue;
    for (const limit of limits) if (counting.has(limit.id)) add(limit, agent);
  }
  return keys;
}
