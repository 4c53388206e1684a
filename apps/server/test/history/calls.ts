/** A client's call about one agent. Writes have an idempotency key. Calls with one key are the same call. */
export type Call =
  | {
      readonly kind: 'record';
      readonly key: string;
      readonly serviceId: string;
      readonly requests: number;
      readonly id?: string;
    }
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
  | { readonly kind: 'refused'; readonly code: 'insufficient_balance' | 'hold_ended' };

/** In stroops (10⁻⁷ XLM): the prices in histories are whole stroops. */
export const priceStroops = 7n;
