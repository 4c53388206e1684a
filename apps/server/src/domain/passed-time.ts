import { type Balance, isExpired } from './balance.ts';
import { expiredEvents, levelEvents, levelEventsMax } from './balance-events.ts';
import { BalanceMoves } from './balance-moves.ts';
import { type AgentBilling, policyDefault } from './billing.ts';
import { ChangedCounters, returnedAt, returnedCounters } from './held-count.ts';
import { type Hold, hasLapsed } from './hold.ts';
import { holdEvent } from './hold-events.ts';
import { type Changes, noChanges, type View } from './view.ts';

/** The changes that time alone makes to the books of a tenant that were loaded: what lapses, and what expires. */
export function passedTime(view: View, nowMs: number, nextId: () => string): Changes {
  let changes = noChanges;
  const counters = new ChangedCounters(view);
  const source = { nowMs, nextId };
  for (const billing of view.billings()) {
    const policy = billing.policy ?? view.defaultPolicy() ?? policyDefault;
    for (const before of billing.balances) {
      const lapsed = lapsedBy(billing, before, nowMs);
      const moves = afterTime(before, lapsed, nowMs, !billing.hasMoreDue);
      const { balance, movements } = moves;
      if (balance === before) continue;
      const ended = lapsed.map((hold) => asLapsed(hold, nowMs));
      for (const hold of lapsed) counters.take(returnedCounters(hold, counters));
      changes = {
        ...changes,
        balances: [...changes.balances, balance],
        grants: [...changes.grants, ...moves.owned],
        movements: [...changes.movements, ...movements],
        holds: [...changes.holds, ...ended],
        events: [
          ...changes.events,
          ...ended.map((hold) => holdEvent(hold, source)),
          ...expiredEvents(balance, movements, source),
          ...levelEvents(before, balance, policy, source),
        ],
      };
    }
  }
  return { ...changes, limitCounters: counters.changed };
}

/**
 * A balance after time has passed: amounts that lapsed holds had reserved are free again, and free amounts of expired
 * grants are removed. Lapses and expiries are applied in the order in which they happened, so the result does not
 * depend on the time of the look.
 *
 * @param isAll whether no other hold of the balance has lapsed: a grant that expires after another lapsed hold is not expired before that lapse is recorded
 */
export function afterTime(
  before: Balance,
  lapsed: readonly Hold[],
  nowMs: number,
  isAll = true,
): BalanceMoves {
  const moves = new BalanceMoves(before, nowMs);
  for (const { id, parts, expiresAtMs } of lapsed) moves.release(parts, { holdId: id }, expiresAtMs);
  if (isAll) moves.expire(nowMs);
  return moves;
}

/** The holds of a balance that have lapsed by a time, in the order in which they did. */
export function lapsedBy({ dueHolds }: AgentBilling, { asset }: Balance, nowMs: number): readonly Hold[] {
  return dueHolds
    .filter((hold) => hold.asset === asset && hasLapsed(hold, nowMs))
    .toSorted((a, b) => a.expiresAtMs - b.expiresAtMs || (a.place < b.place ? -1 : 1));
}

/** A hold that has lapsed, as it is recorded at a time. */
export function asLapsed(hold: Hold, nowMs: number): Hold {
  const counted = returnedAt(hold.counted, nowMs);
  return { ...hold, counted, state: 'lapsed', endedAtMs: hold.expiresAtMs };
}

/** How many ids those changes take, at the most. */
export function passedTimeIdsMax(view: View, nowMs: number): number {
  return view.billings().reduce((sum, billing) => sum + idsMaxOf(billing, nowMs), 0);
}

function idsMaxOf({ balances, dueHolds }: AgentBilling, nowMs: number): number {
  const ofBalances = balances.reduce(
    (sum, balance) => sum + levelEventsMax + countExpired(balance, nowMs),
    0,
  );
  // Each hold that lapses may leave a part of a grant that has expired.
  return ofBalances + dueHolds.reduce((sum, { parts }) => sum + 1 + parts.length, 0);
}

function countExpired({ open }: Balance, nowMs: number): number {
  return open.filter((grant) => isExpired(grant, nowMs)).length;
}
