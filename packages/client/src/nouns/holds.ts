import type { Call, CallOptions, Success } from '../call.ts';
import type { CaptureRequest, Hold, HoldRequest, ListHoldsQuery } from '../contract/types.ts';
import { itemsOf } from '../pages.ts';

/** Holds: reserve before the work, and capture what it really took. */
export function holdsOf(call: Call) {
  return {
    create: (hold: HoldRequest, options?: CallOptions): Promise<Success<'createHold'>> =>
      call('createHold', { body: hold }, options),
    get: (holdId: string, options?: CallOptions): Promise<Hold> =>
      call('readHold', { params: { holdId } }, options),
    /** All holds that match the filters, oldest first. */
    list: (query: ListHoldsQuery = {}, options?: CallOptions): AsyncGenerator<Hold, void, undefined> =>
      itemsOf(
        query,
        (paged) => call('listHolds', { query: paged }, options),
        ({ items }) => items,
      ),
    /** Records what the work took, draws its price, and releases the rest. */
    capture: (
      holdId: string,
      capture: CaptureRequest,
      options?: CallOptions,
    ): Promise<Success<'captureHold'>> => call('captureHold', { params: { holdId }, body: capture }, options),
    release: (holdId: string, options?: CallOptions): Promise<Success<'releaseHold'>> =>
      call('releaseHold', { params: { holdId } }, options),
    /** Lets a hold reserve for longer, from now on. */
    extend: (holdId: string, expiresInMs: number, options?: CallOptions): Promise<Success<'extendHold'>> =>
      call('extendHold', { params: { holdId }, body: { expiresInMs } }, options),
  };
}
