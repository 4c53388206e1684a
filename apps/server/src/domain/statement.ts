import type { Account, AccountLine } from './account.ts';
import type { Amount, Price } from './amount.ts';
import { atomOf, inXlm } from './asset.ts';
import { costOfRequests, type Stroops } from './money.ts';
import type { Movement, MovementKind } from './movement.ts';
import {
  type Position,
  recordedThrough,
  remainingThrough,
  tiersRecordedThrough,
  tiersRemainingThrough,
} from './position.ts';
import type { Service } from './service.ts';
import { costOfParts, isNothing, minusCounts, partsOf, type TierCounts, type TierPart } from './tiers.ts';

/** What an agent used of a service at one price, and what reversals took back of that price. */
export interface Charge {
  readonly serviceId: string;
  /** 0: its service has no price yet */
  readonly priceVersion: number;
  readonly price: Price | undefined;
  readonly requests: number;
  /** `undefined` without a price, like the next one */
  readonly amount: Amount | undefined;
  /** 0 or above */
  readonly reversedRequests: number;
  readonly reversedAmount: Amount | undefined;
  /** where the price has tiers: what was used in each of them, and taken back */
  readonly tiered?: { readonly used: readonly TierPart[]; readonly reversed: readonly TierPart[] };
}

/** What happened on an account between two of its positions. */
export interface AccountStatement {
  readonly unitScale: number;
  readonly charges: readonly Charge[];
  /** what was drawn from the balance for its usage, less what was returned */
  readonly paid: Amount;
  /** the entries are those after `from` up to and with `through` */
  readonly from: number;
  readonly through: number;
}

/** States what was recorded on an account after a position, up to and with another one. */
export function stateAccount(
  account: Account,
  service: Service | undefined,
  from: Position,
  to: Position,
): AccountStatement {
  const charges = new Map<number, Charge>();
  for (const line of account.lines) {
    const requests = recordedThrough(line, to) - recordedThrough(line, from);
    const reversed = reversedOn(line, to) - reversedOn(line, from);
    if (line.tiered !== undefined) {
      const charge = tieredCharge(account, line, from, to);
      if (charge !== undefined) charges.set(charge.priceVersion, charge);
      continue;
    }
    if (requests === 0 && reversed === 0) continue;
    const charge = chargeOf(account, line, service, requests, reversed);
    const known = charges.get(charge.priceVersion);
    charges.set(charge.priceVersion, known === undefined ? charge : added(known, charge));
  }
  return {
    unitScale: account.unitScale,
    charges: [...charges.values()],
    paid: to.paid - from.paid,
    from: from.sequence,
    through: to.sequence,
  };
}

/** What was used at a price with tiers between two positions, and taken back. */
function tieredCharge(
  { serviceId, unitScale }: Account,
  line: AccountLine,
  from: Position,
  to: Position,
): Charge | undefined {
  const { tiered, priceVersion } = line;
  const [before, after] = [tiersRecordedThrough(line, from), tiersRecordedThrough(line, to)];
  const [leftBefore, leftAfter] = [tiersRemainingThrough(line, from), tiersRemainingThrough(line, to)];
  if (tiered === undefined || before === undefined || after === undefined) return undefined;
  const used = minusCounts(after, before);
  const reversed = minusCounts(used, leftAfter && minusCounts(leftAfter, leftBefore));
  if (isNothing(used) && isNothing(reversed)) return undefined;
  const [usedParts, reversedParts] = [partsOf(tiered.tiers, used), partsOf(tiered.tiers, reversed)];
  return {
    serviceId,
    priceVersion,
    price: 0n,
    requests: requestsIn(used),
    amount: costOfParts(usedParts, unitScale),
    reversedRequests: requestsIn(reversed),
    reversedAmount: costOfParts(reversedParts, unitScale),
    tiered: { used: usedParts, reversed: reversedParts },
  };
}

function requestsIn(counts: TierCounts): number {
  return counts.reduce((sum, { requests }) => sum + requests, 0);
}

function chargeOf(
  account: Account,
  line: AccountLine,
  service: Service | undefined,
  requests: number,
  reversedRequests: number,
): Charge {
  const price = priceOf(line, service);
  const costs = (count: number) => (price === undefined ? undefined : costOfRequests(count, price, account));
  return {
    serviceId: account.serviceId,
    // No version reads as version 1 from the moment it exists.
    priceVersion: service === undefined ? line.priceVersion : Math.max(line.priceVersion, 1),
    price,
    requests,
    amount: costs(requests),
    reversedRequests,
    reversedAmount: costs(reversedRequests),
  };
}

function added(a: Charge, b: Charge): Charge {
  return {
    ...a,
    requests: a.requests + b.requests,
    amount: a.amount === undefined || b.amount === undefined ? undefined : a.amount + b.amount,
    reversedRequests: a.reversedRequests + b.reversedRequests,
    reversedAmount:
      a.reversedAmount === undefined || b.reversedAmount === undefined
        ? undefined
        : a.reversedAmount + b.reversedAmount,
  };
}

function priceOf(line: AccountLine, service: Service | undefined): Price | undefined {
  return line.price ?? service?.firstPrice;
}

/** Requests of a line that reversals up to a position took back. */
function reversedOn(line: AccountLine, position: Position): number {
  return recordedThrough(line, position) - remainingThrough(line, position);
}

/**
 * What was used up to a position and is neither drawn from the balance nor on a bill, at the prices that are known now; below 0 for a
 * credit.
 *
 * @param billedStroops what bills until then came to, less what was written off of their credits
 */
export function unbilledAt(
  account: Account,
  service: Service | undefined,
  position: Position,
  billedStroops: Stroops,
): Amount {
  let cost = 0n;
  for (const line of account.lines) {
    const counts = tiersRemainingThrough(line, position);
    cost +=
      line.tiered === undefined || counts === undefined
        ? costOfRequests(remainingThrough(line, position), priceOf(line, service) ?? 0n, account)
        : costOfParts(partsOf(line.tiered.tiers, counts), account.unitScale);
  }
  return cost - billedStroops * atomOf((service ?? inXlm).assetScale) - position.paid;
}

/** What movements of a balance come to, by their kind. */
export type MovementSums = Readonly<Record<MovementKind, Amount>>;

export const noMovements: MovementSums = {
  granted: 0n,
  refunded: 0n,
  drawn: 0n,
  covered: 0n,
  held: 0n,
  released: 0n,
  expired: 0n,
  voided: 0n,
};

export function withMovements(sums: MovementSums, movements: readonly Movement[]): MovementSums {
  const next = { ...sums };
  for (const { kind, amount } of movements) next[kind] += amount;
  return next;
}
