import type { Amount } from './amount.ts';

/**
 * What moves in a balance. `covered`: a grant pays for what was drawn before as an overdraft, which changes nothing of
 * what is available. `released`: what a hold reserved is free again.
 */
export const movementKinds = [
  'granted',
  'refunded',
  'drawn',
  'covered',
  'held',
  'released',
  'expired',
  'voided',
] as const;

export type MovementKind = (typeof movementKinds)[number];

/** One immutable fact of a balance: an amount of one grant, or of the overdraft, that moved. */
export interface Movement {
  readonly agent: string;
  readonly asset: string;
  /** its place in its balance, counted from 1 without gaps */
  readonly number: number;
  readonly kind: MovementKind;
  /** above 0 */
  readonly amount: Amount;
  /** what was available after it */
  readonly available: Amount;
  /** `undefined` for the part of an overdraft */
  readonly grantId: string | undefined;
  /** the usage that was drawn, or the reversal that was refunded */
  readonly entryId: string | undefined;
  readonly holdId: string | undefined;
  /** when it took effect: what expired did at its expiry, also where that was recorded later */
  readonly atMs: number;
  readonly recordedAtMs: number;
}
