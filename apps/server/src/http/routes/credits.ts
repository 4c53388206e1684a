import { type Desk, tenantOf } from '../desk.ts';
import type { HandlersOf } from '../router.ts';

export function creditsRoutes({ writes }: Desk) {
  return {
    writeOffCredit: async (call) => {
      const { reason, kind = 'write_off', expectedStroops } = call.body;
      return await writes.write(call, tenantOf(call), {
        kind: 'write_off_credit',
        ...call.params,
        reason,
        writeOffKind: kind,
        expectedStroops: expectedStroops === undefined ? undefined : BigInt(expectedStroops),
      });
    },
  } satisfies HandlersOf<'credits'>;
}
