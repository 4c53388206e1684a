import { nothingUsed, returnCounted } from './limits.ts';
import type { ModelGrant, ModelHold, ModelPurse } from './purse-types.ts';

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/** The order in which free amounts are used. */
function inOrder({ grants }: ModelPurse): ModelGrant[] {
  const endOf = ({ expiresAtMs = Number.MAX_SAFE_INTEGER }: ModelGrant) => expiresAtMs;
  return grants.toSorted((a, b) => a.priority - b.priority || endOf(a) - endOf(b) || a.number - b.number);
}

export function openHolds({ holds }: ModelPurse): readonly ModelHold[] {
  return holds.filter(({ state }) => state === 'open');
}

/** The amount of a grant that open holds reserve. Number 0 means the overdraft. */
export function heldOf(purse: ModelPurse, grant: number): bigint {
  return openHolds(purse)
    .flatMap(({ parts }) => parts)
    .reduce((sum, part) => (part.grant === grant ? sum + part.amount : sum), 0n);
}

function leftOf({ amount, drawn, voided, expired }: ModelGrant): bigint {
  return amount - drawn - voided - expired;
}

export function freeOf(purse: ModelPurse, grant: ModelGrant): bigint {
  return leftOf(grant) - heldOf(purse, grant.number);
}

/** The available amount: what is free in each grant, less what was used or reserved without one. */
export function availableIn(purse: ModelPurse): bigint {
  const free = purse.grants.reduce((sum, grant) => sum + freeOf(purse, grant), 0n);
  return free - purse.uncovered - heldOf(purse, 0);
}

export function draw(purse: ModelPurse, amount: bigint): void {
  purse.uncovered += takeFree(purse, amount, (grant, part) => {
    grant.drawn += part;
  });
}

/** Takes an amount from the free parts of the grants, one after another, and returns the missing amount. */
function takeFree(
  purse: ModelPurse,
  amount: bigint,
  take: (grant: ModelGrant, part: bigint) => void,
): bigint {
  let missing = amount;
  for (const grant of inOrder(purse)) {
    const part = least(freeOf(purse, grant), missing);
    if (part <= 0n) continue;
    take(grant, part);
    missing -= part;
  }
  return missing;
}

/** The amounts that a hold would reserve now. */
export function partsFor(purse: ModelPurse, amount: bigint): ModelHold['parts'] {
  const parts: { grant: number; amount: bigint }[] = [];
  const missing = takeFree(purse, amount, ({ number }, part) => parts.push({ grant: number, amount: part }));
  return missing === 0n ? parts : [...parts, { grant: 0, amount: missing }];
}

/** Pays for use without a grant as soon as something is free. */
export function cover(purse: ModelPurse): void {
  const { uncovered } = purse;
  purse.uncovered = 0n;
  draw(purse, uncovered);
}

function expire(purse: ModelPurse, nowMs: number): void {
  for (const grant of purse.grants) {
    const hasExpired = grant.expiresAtMs !== undefined && grant.expiresAtMs <= nowMs;
    if (hasExpired) grant.expired += freeOf(purse, grant);
  }
}

/**
 * Ends a hold: an amount is drawn from its reservation first, and then from what is free. The rest of the reservation
 * becomes free, or expires.
 */
export function endHold(
  purse: ModelPurse,
  hold: ModelHold,
  state: 'captured' | 'released' | 'lapsed',
  atMs: number,
  amount = 0n,
): void {
  hold.state = state;
  hold.endedAtMs = atMs;
  let missing = amount;
  for (const part of hold.parts) {
    const grant = purse.grants.find(({ number }) => number === part.grant);
    if (grant === undefined) continue;
    const taken = least(part.amount, missing);
    grant.drawn += taken;
    missing -= taken;
  }
  expire(purse, atMs);
  draw(purse, missing);
  cover(purse);
}

/** Lets holds lapse and grants expire, each at its time. */
export function passTime(purse: ModelPurse, nowMs: number): void {
  const due = openHolds(purse)
    .filter(({ expiresAtMs }) => expiresAtMs <= nowMs)
    .toSorted((a, b) => a.expiresAtMs - b.expiresAtMs);
  for (const hold of due) {
    returnCounted(hold.counts, nothingUsed);
    endHold(purse, hold, 'lapsed', hold.expiresAtMs);
  }
  expire(purse, nowMs);
}
