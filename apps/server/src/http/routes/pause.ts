import { adminTenant } from '../../domain/tenant.ts';
import { timestampOfMs } from '../../domain/timestamps.ts';
import type { Desk } from '../desk.ts';
import type { HandlersOf } from '../router.ts';
import { followedWithinMs } from '../runtime-settings.ts';

export function pauseRoutes({ writes, books, version }: Desk) {
  return {
    readAdminStatus: async () => {
      const { isPaused, sinceMs } = await books.pause();
      const pausedSince = isPaused ? timestampOfMs(sinceMs) : null;
      return { status: 200, body: { paused: isPaused, pausedSince, version } };
    },

    pause: async (call) =>
      await writes.write(call, adminTenant, { kind: 'set_paused', isPaused: true, followedWithinMs }),

    unpause: async (call) =>
      await writes.write(call, adminTenant, { kind: 'set_paused', isPaused: false, followedWithinMs }),
  } satisfies HandlersOf<'pause'>;
}
