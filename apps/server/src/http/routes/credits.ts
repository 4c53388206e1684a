import { type Desk, tenantOf } from '../desk.ts';
import type { Handlers } from '../router.ts';

export function creditRoutes({ writes }: Desk) {
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
  } satisfies Partial<Handlers>;
}
