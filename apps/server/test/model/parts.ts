/**
 * Requests, or smallest parts of units, at a price version; below 0 in a reversal. Version 0 is usage of a service
 * without a price.
 */
export interface Part {
  readonly version: number;
  readonly requests: number;
  /** how much of it is in each tier, if the price has tiers */
  readonly tiers?: readonly TierCount[];
}

export interface TierCount {
  readonly price: bigint;
  /** the number of units in a package */
  readonly size: number | undefined;
  readonly requests: number;
  /** packages, or the same number of requests */
  readonly charged: number;
}

/** The usage of an account in the period that its tiers count now. */
export interface ModelPeriod {
  readonly version: number;
  readonly kind: 'day' | 'month' | 'lifetime';
  readonly startMs: number;
  /** earlier usage at tiers of other versions: it fills the lowest tiers, and is paid for */
  readonly base: number;
  readonly used: readonly { readonly requests: number; readonly charged: number }[];
}

/** The content of each tier before a use, and how many packages were paid for. */
export interface Begun {
  readonly startMs: number;
  readonly tiers: readonly { readonly before: number; readonly paid: number }[];
}
