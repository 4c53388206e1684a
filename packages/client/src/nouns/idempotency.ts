import { BillonceError } from '../billonce-error.ts';
import type { Call, CallOptions } from '../call.ts';
import type { KeyState } from '../contract/types.ts';

export function idempotencyOf(call: Call) {
  return {
    /**
     * The outcome of the request with a key. `undefined` proves nothing: the request may still be on its way. Only
     * calling again with the same key gives certainty.
     */
    lookup: async (key: string, options: CallOptions = {}): Promise<KeyState | undefined> => {
      try {
        return await call('readKeyState', {}, { ...options, headers: { 'idempotency-key': key } });
      } catch (error) {
        if (error instanceof BillonceError && error.code === 'not_seen') return undefined;
        throw error;
      }
    },
  };
}
