import { type Desk, tenantOf } from '../desk.ts';
import type { HandlersOf } from '../router.ts';

export function reversalsRoutes({ writes }: Desk) {
  return {
    reverseEntry: async (call) =>
      await writes.write(call, tenantOf(call), {
        kind: 'reverse_entry',
        entryId: call.params.id,
        reason: call.body.reason,
        requests: call.body.requests,
      }),

    clearAccount: async (call) =>
      await writes.write(call, tenantOf(call), { kind: 'clear_account', ...call.params }),
  } satisfies HandlersOf<'reversals'>;
}
