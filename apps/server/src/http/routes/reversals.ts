import { type Desk, tenantOf } from '../desk.ts';
import { readQuantity } from '../read-use.ts';
import type { HandlersOf } from '../router.ts';

export function reversalsRoutes({ writes }: Desk) {
  return {
    reverseEntry: async (call) => {
      const { reason, requests, quantity } = call.body;
      return await writes.write(call, tenantOf(call), {
        kind: 'reverse_entry',
        entryId: call.params.id,
        reason,
        requests,
        ...(quantity === undefined ? {} : { quantity: readQuantity(quantity) }),
      });
    },

    clearAccount: async (call) =>
      await writes.write(call, tenantOf(call), { kind: 'clear_account', ...call.params }),
  } satisfies HandlersOf<'reversals'>;
}
