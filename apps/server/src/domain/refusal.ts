import type { Amount } from './amount.ts';
import type { Hold } from './hold.ts';
import type { ItemResult } from './item-result.ts';
import type { Quote } from './quote.ts';

/** Why a command was not carried out. A refusal is an answer, not an exception: it changes nothing. */
export type Refusal =
  | {
      readonly code:
        | 'usage_id_conflict'
        | 'grant_id_conflict'
        | 'already_reversed'
        | 'not_reversible'
        | 'no_credit'
        | 'limit_exceeded'
        | 'service_disabled'
        | 'service_deleted'
        | 'service_paused'
        | 'service_unpriced'
        | 'service_in_use'
        | 'asset_conflict'
        | 'invalid_quantity'
        | 'hold_id_conflict'
        | 'service_has_outstanding_usage'
        | 'event_too_old'
        | 'event_in_future'
        | 'not_found'
        | 'idempotency_conflict'
        | 'prefix_taken'
        | 'webhook_disabled'
        | 'already_expired'
        | 'invalid_date'
        | 'too_many_items';
      readonly message: string;
    }
  | {
      /** an asset that is not registered; a member that does not go with the asset */
      readonly code: 'unknown_asset' | 'asset_mismatch';
      readonly message: string;
      /** the member of the body that is at fault */
      readonly pointer: string;
    }
  | {
      readonly code: 'bulk_rejected';
      readonly message: string;
      /** of all items, in their order */
      readonly results: readonly ItemResult[];
    }
  | {
      readonly code: 'limit_reached';
      readonly message: string;
      /** the name of the limit */
      readonly limit: string;
      /** what it still lets through, as a decimal text */
      readonly left: string;
      /** `undefined` if waiting does not help */
      readonly retryAfterMs: number | undefined;
    }
  | {
      readonly code: 'insufficient_balance';
      readonly message: string;
      readonly asset: string;
      readonly available: Amount;
      readonly overdraft: Amount;
      readonly required: Amount;
    }
  | { readonly code: 'grant_changed'; readonly message: string; readonly amount: Amount }
  | { readonly code: 'hold_ended'; readonly message: string; readonly hold: Hold }
  | { readonly code: 'rate_limited'; readonly message: string; readonly retryAfterMs: number }
  | { readonly code: 'quote_changed'; readonly message: string; readonly quote: Quote }
  | {
      readonly code: 'idempotency_key_expired';
      readonly message: string;
      /** `undefined` when only the time in the key says that it is too old */
      readonly firstSeenAtMs: number | undefined;
      readonly location: string | undefined;
    }
  | { readonly code: 'idempotency_key_in_future'; readonly message: string; readonly serverTimeMs: number };
