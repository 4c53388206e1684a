/** A call of a client, about one agent. Writes have an idempotency key; calls with one key are the same call. */
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

/** What a client learned from an answer. */
export type Answer =
  /** of usage, and of a capture */
  | {
      readonly kind: 'recorded';
      readonly total: number;
      readonly isDuplicate: boolean;
      /** in stroops; `undefined` for an agent that pays later, and for a duplicate */
      readonly available: bigint | undefined;
    }
  | {
      readonly kind: 'settled';
      readonly requests: number;
      readonly billed: bigint;
      readonly settlementId: string | null;
    }
  | { readonly kind: 'held'; readonly available: bigint }
  /** of a grant and a release */
  | { readonly kind: 'done' }
  | { readonly kind: 'total'; readonly total: number }
  | { readonly kind: 'balance'; readonly available: bigint; readonly held: bigint }
  | { readonly kind: 'refused'; readonly code: 'insufficient_balance' | 'hold_ended' };

/** A stroop is 10⁻⁷ XLM, and so are the prices of the histories whole stroops. */
export const priceStroops = 7n;
