import { type Desk, tenantOf } from '../desk.ts';
import { readExpected } from '../read-expected.ts';
import type { HandlersOf } from '../router.ts';

export function creditsRoutes({ writes }: Desk) {
  return {
    writeOffCredit: async (call) => {
      const { reason, kind = 'write_off' } = call.body;
      return await writes.write(call, tenantOf(call), {
        kind: 'write_off_credit',
        ...call.params,
        reason,
        writeOffKind: kind,
        ...readExpected(call.body),
      });
    },
  } satisfies HandlersOf<'credits'>;
}
