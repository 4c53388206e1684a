/** Requests, or smallest parts of units, at a price version; below 0 in a reversal. Version 0 is usage of a service without a price. */
export interface Part {
  readonly version: number;
  readonly requests: number;
  /** what of it fell into each tier, where the price has some */
  readonly tiers?: readonly TierCount[];
}

export interface TierCount {
  readonly price: bigint;
  /** how many units a package has */
  readonly size: number | undefined;
  readonly requests: number;
  /** packages, or the same number of requests */
  readonly charged: number;
}

/** What an account used in the period that its tiers count now. */
export interface ModelPeriod {
  readonly version: number;
  readonly kind: 'day' | 'month' | 'lifetime';
  readonly startMs: number;
  /** what was used at tiers of versions before: it fills the lowest tiers, and is paid for */
  readonly base: number;
  readonly used: readonly { readonly requests: number; readonly charged: number }[];
}

/** What was in each tier before a use, of which packages were paid for so many. */
export interface Begun {
  readonly startMs: number;
  readonly tiers: readonly { readonly before: number; readonly paid: number }[];
}
