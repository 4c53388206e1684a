import { adminStatusReply } from '../../answers/pause.ts';
import { adminTenant } from '../../domain/tenant.ts';
import type { Desk } from '../desk.ts';
import type { HandlersOf } from '../router.ts';
import { followedWithinMs } from '../runtime-settings.ts';

export function pauseRoutes({ writes, books, version }: Desk) {
  return {
    readAdminStatus: async () => adminStatusReply(await books.pause(), version),

    pause: async (call) =>
      await writes.write(call, adminTenant, { kind: 'set_paused', isPaused: true, followedWithinMs }),

    unpause: async (call) =>
      await writes.write(call, adminTenant, { kind: 'set_paused', isPaused: false, followedWithinMs }),
  } satisfies HandlersOf<'pause'>;
}
