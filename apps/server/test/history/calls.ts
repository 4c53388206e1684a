/** An item of usage, and the id under which its client names it. */
export interface UsageItem {
  readonly serviceId: string;
  readonly requests: number;
  readonly id?: string;
}

/** A client's call about one agent. Writes have an idempotency key. Calls with one key are the same call. */
export type Call =
  | {
      readonly kind: 'record';
      readonly key: string;
      readonly serviceId: string;
      readonly requests: number;
      readonly id?: string;
    }
  /** several items of usage in one request; only of a postpaid agent */
  | { readonly kind: 'bulk'; readonly key: string; readonly items: readonly UsageItem[] }
  | { readonly kind: 'settle'; readonly key: string; readonly serviceId: string }
  | { readonly kind: 'grant'; readonly key: string; readonly stroops: bigint }
  | {
      readonly kind: 'hold';
      readonly key: string;
      readonly serviceId: string;
      readonly requests: number;
      readonly id: string;
    }
  | { readonly kind: 'capture'; readonly key: string; readonly id: string; readonly requests: number }
  | { readonly kind: 'release'; readonly key: string; readonly id: string }
  | { readonly kind: 'total'; readonly serviceId: string }
  | { readonly kind: 'balance' };

/** The facts that a client learned from an answer. */
export type Answer =
  /** the answer to usage and captures */
  | {
      readonly kind: 'recorded';
      readonly total: number;
      readonly isDuplicate: boolean;
      /** in stroops; `undefined` for a postpaid agent, and for a duplicate */
      readonly available: bigint | undefined;
    }
  /** the answer to a bulk: the total that each item led to, and the places of the items that were known already */
  | { readonly kind: 'bulk'; readonly totals: readonly number[]; readonly duplicates: readonly number[] }
  | {
      readonly kind: 'settled';
      readonly requests: number;
      readonly billed: bigint;
      readonly settlementId: string | null;
    }
  | { readonly kind: 'held'; readonly available: bigint }
  /** the answer to a grant or a release */
  | { readonly kind: 'done' }
  | { readonly kind: 'total'; readonly total: number }
  | { readonly kind: 'balance'; readonly available: bigint; readonly held: bigint }
  | {
      readonly kind: 'refused';
      readonly code: 'insufficient_balance' | 'hold_ended' | 'limit_exceeded' | 'not_found';
    };

/** In stroops (10⁻⁷ XLM): the prices in histories are whole stroops. */
export const priceStroops = 7n;
