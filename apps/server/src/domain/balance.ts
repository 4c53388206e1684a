import { type Amount, amountMax } from './amount.ts';

/** `grant`: prepaid money that was granted. `refund`: what a reversal returned. */
export const grantKinds = ['grant', 'refund'] as const;
export type GrantKind = (typeof grantKinds)[number];

/** The asset of amounts for which none is named. */
export const assetDefault = 'XLM';

/** The most grants of a balance that are not used up. */
export const grantsOpenMax = 100;
/** The most refunds of a balance that are not used up. Usage draws them first, so that they are few. */
export const refundsOpenMax = 10_000;
/** A refund is drawn before every grant, whose priority is 0 or more. */
export const refundPriority = -1;

/** Prepaid money of a balance. What was granted never changes; what happened to it is in the sums. */
export interface Grant {
  /** the caller's name for it, unique in its tenant, or an id of this server */
  readonly id: string;
  /** its place in its balance, counted from 1 without gaps */
  readonly number: number;
  readonly kind: GrantKind;
  readonly amount: Amount;
  /** those of a lower priority are drawn first */
  readonly priority: number;
  /** when the rest of it expires; `undefined` for never */
  readonly expiresAtMs: number | undefined;
  readonly note: string | undefined;
  /** of a refund: the reversal that returned it */
  readonly reversalId: string | undefined;
  readonly grantedAtMs: number;
  readonly drawn: Amount;
  readonly held: Amount;
  readonly voided: Amount;
  readonly expired: Amount;
}

/** The prepaid money of an agent in one asset: a projection of its movements. */
export interface Balance {
  readonly agent: string;
  readonly asset: string;
  /** the number of its last movement; 0 when there is none */
  readonly movements: number;
  /** how many grants it ever had, refunds too */
  readonly grants: number;
  readonly granted: Amount;
  readonly refunded: Amount;
  readonly drawn: Amount;
  readonly held: Amount;
  readonly expired: Amount;
  readonly voided: Amount;
  /** of what was drawn: the part that no grant covers, an overdraft */
  readonly uncovered: Amount;
  readonly openHolds: number;
  /** grants that are not used up, in the order in which they are drawn */
  readonly open: readonly Grant[];
}

/** A grant with the names of its balance. */
export interface OwnedGrant {
  readonly agent: string;
  readonly asset: string;
  readonly grant: Grant;
}

/** A balance on which nothing ever happened. */
export function emptyBalance(agent: string, asset: string): Balance {
  return {
    agent,
    asset,
    movements: 0,
    grants: 0,
    granted: 0n,
    refunded: 0n,
    drawn: 0n,
    held: 0n,
    expired: 0n,
    voided: 0n,
    uncovered: 0n,
    openHolds: 0,
    open: [],
  };
}

/** The amount that may still be drawn or held, not counting the overdraft; below 0 if the overdraft is in use. */
export function availableOf(balance: Balance): Amount {
  const { granted, refunded, drawn, expired, voided, held } = balance;
  return granted + refunded - drawn - expired - voided - held;
}

/** What is left of a grant, the part that holds reserve included. */
export function restOf({ amount, drawn, voided, expired }: Grant): Amount {
  return amount - drawn - voided - expired;
}

/** What is left of a grant and no hold reserves. */
export function freeOf(grant: Grant): Amount {
  return restOf(grant) - grant.held;
}

export function isExpired({ expiresAtMs }: Grant, atMs: number): boolean {
  return expiresAtMs !== undefined && expiresAtMs <= atMs;
}

/** The order in which grants are drawn: by priority, then the soonest expiry, then age. */
export function byDrawOrder(a: Grant, b: Grant): number {
  if (a.priority !== b.priority) return a.priority - b.priority;
  const [first, second] = [a, b].map(({ expiresAtMs }) => expiresAtMs ?? Number.POSITIVE_INFINITY);
  if (first !== undefined && second !== undefined && first !== second) return first < second ? -1 : 1;
  return a.number - b.number;
}

/** Whether a balance can take a further grant: its sums have a limit. */
export function hasRoomFor({ granted, refunded }: Balance, amount: Amount): boolean {
  return granted + refunded + amount <= amountMax;
}
