// Types of the model for prepaid money, without imports.

/** The limit and the window in which a hold counts. */
export interface CountedPlace {
  readonly counted: Map<string, readonly { readonly startMs: number; readonly used: bigint }[]>;
  readonly subject: string;
  readonly startMs: number;
  /** whether the limit counts money */
  readonly isMoney: boolean;
}

/** The policy of an agent. */
export interface ModelPolicy {
  readonly mode: 'postpaid' | 'prepaid';
  readonly overdraft: bigint;
  /** the asset of the overdraft; other assets have none */
  readonly asset: string;
}

/** A grant of an agent, in 10^-18 of the asset. Reserved amounts are kept with the holds. */
export interface ModelGrant {
  /** `undefined` until a test has seen it */
  id: string | undefined;
  readonly number: number;
  readonly kind: 'grant' | 'refund';
  /** the reason of a refund */
  readonly note: string | undefined;
  /** whether a reversal made it */
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
  /** how many earlier holds the agent has, in all assets, and this one */
  readonly number: number;
  readonly serviceId: string;
  readonly amount: bigint;
  readonly requests: number | undefined;
  /** decimal places of the units in its requests */
  readonly scale: number;
  readonly isPrepaid: boolean;
  /** the reserved amounts by the number of the grant; 0 means the overdraft */
  readonly parts: readonly { readonly grant: number; readonly amount: bigint }[];
  /** the amounts that it counts for limits while it is open */
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
  /** the usage that captured it: its sequence and its cost */
  captured: { readonly sequence: number; readonly cost: bigint } | undefined;
}

/** The agent and the asset of a purse. */
export interface PurseName {
  readonly agent: string;
  readonly asset: string;
}

/**
 * The prepaid money of an agent in an asset: its grants in the order of their creation, and all holds that it has ever
 * had.
 */
export interface ModelPurse extends PurseName {
  readonly grants: ModelGrant[];
  readonly holds: ModelHold[];
  /** the amount that was drawn and that no grant has covered yet */
  uncovered: bigint;
}
