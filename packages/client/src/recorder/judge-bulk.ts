import { BillonceError } from '../billonce-error.ts';
import type { ErrorCode, UsageBulkResults } from '../contract/types.ts';
import type { ItemRefusal, RecordedItem } from './recorder-options.ts';

/** What the server's answer means for one item. */
export type ItemVerdict =
  | { readonly kind: 'recorded' | 'duplicate'; readonly item: RecordedItem }
  | { readonly kind: 'refused'; readonly item: RecordedItem; readonly refusal: ItemRefusal }
  /** The server may take the same item later. */
  | { readonly kind: 'later'; readonly item: RecordedItem; readonly refusal: ItemRefusal };

/** Reads the results of a bulk. An item without a result is sent again: the server recognizes it by its id. */
export function judgeResults(
  items: readonly RecordedItem[],
  { results }: UsageBulkResults,
): readonly ItemVerdict[] {
  return results.flatMap((result): readonly ItemVerdict[] => {
    const item = items[result.index];
    if (item === undefined) return [];
    if (result.ok) return [{ kind: result.status, item }];
    const { error, message } = result;
    return [{ kind: passing.has(error) ? 'later' : 'refused', item, refusal: { error, message } }];
  });
}

/**
 * Faults of the server or of a clock, which pass. A clock that is ahead makes events in the future, which the server
 * takes when their time has come. A balance that is too low does not recover without a grant, so its item is refused.
 */
const passing: ReadonlySet<string> = new Set([
  'event_in_future',
  'internal_error',
  'outcome_unknown',
  'overloaded',
  'rate_limited',
  'service_paused',
  'shutting_down',
  'storage_unavailable',
] satisfies readonly ErrorCode[]);

/** Whether a smaller bulk may be taken: the operator can have set a limit on its items. */
export function isTooLarge(error: unknown): error is BillonceError {
  return (
    error instanceof BillonceError && (error.code === 'invalid_request' || error.code === 'payload_too_large')
  );
}

/** Whether a whole request is refused for its items, and not for its headers, which may be those of a proxy. */
export function isOfItems({ code, body }: BillonceError): boolean {
  const isInItems = body?.faults?.some(({ pointer }) => pointer.startsWith('/items')) === true;
  return code === 'payload_too_large' || isInItems;
}
