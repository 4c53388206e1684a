// What the model knows of prepaid money, without imports.

/** Where a hold counts: in which window of which limit. */
export interface CountedPlace {
  readonly counted: Map<string, readonly { readonly startMs: number; readonly used: bigint }[]>;
  readonly subject: string;
  readonly startMs: number;
  /** whether it counts what usage costs */
  readonly isMoney: boolean;
}

/** How an agent pays. */
export interface ModelPolicy {
  readonly mode: 'postpaid' | 'prepaid';
  readonly overdraft: bigint;
  /** in which asset the overdraft is; in the others there is none */
  readonly asset: string;
}

/** What an agent was granted, in 10^-18 of the asset. What is held of it is in the holds. */
export interface ModelGrant {
  /** `undefined` until a test has seen it */
  id: string | undefined;
  readonly number: number;
  readonly kind: 'grant' | 'refund';
  /** why money was refunded */
  readonly note: string | undefined;
  /** whether a reversal returned it */
  readonly isReturned: boolean;
  readonly amount: bigint;
  readonly priority: number;
  readonly expiresAtMs: number | undefined;
  drawn: bigint;
  voided: bigint;
  expired: bigint;
}

export interface ModelHold {
  id: string | undefined;
  /** how many holds its agent had with it, in all assets */
  readonly number: number;
  readonly serviceId: string;
  readonly amount: bigint;
  readonly requests: number | undefined;
  /** decimal places of the units that its requests count */
  readonly scale: number;
  readonly isPrepaid: boolean;
  /** what it reserves, by the number of a grant; 0 for the overdraft */
  readonly parts: readonly { readonly grant: number; readonly amount: bigint }[];
  /** what it counts for limits while it is open */
  readonly counts: {
    readonly quantity: bigint;
    readonly cost: bigint;
    readonly places: readonly CountedPlace[];
  };
  readonly createdAtMs: number;
  expiresAtMs: number;
  state: 'open' | 'captured' | 'released' | 'lapsed';
  endedAtMs: number | undefined;
  wasLapsed: boolean;
  /** the usage that captured it: its sequence, and what it cost */
  captured: { readonly sequence: number; readonly cost: bigint } | undefined;
}

/** Whose purse it is, and in which asset. */
export interface PurseName {
  readonly agent: string;
  readonly asset: string;
}

/** The prepaid money of an agent in an asset: its grants in the order in which they were made, and every hold that it ever had. */
export interface ModelPurse extends PurseName {
  readonly grants: ModelGrant[];
  readonly holds: ModelHold[];
  /** what was drawn and no grant has paid for yet */
  uncovered: bigint;
}
