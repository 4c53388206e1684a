import { activityReply, usageOverTimeReply } from '../../answers/activity.ts';
import { instantMs } from '../../domain/timestamps.ts';
import { type Desk, tenantOf } from '../desk.ts';
import type { HandlersOf } from '../router.ts';

/** How long usage over time looks back, unless a request says otherwise. */
const overTimeDefaultMs = 86_400_000;

export function activityRoutes({ view, reads, nowMs }: Desk) {
  return {
    readActivity: async (call) => activityReply(view.activeSinceMs, await view.activityOf(tenantOf(call))),

    sumUsageOverTime: async (call) => {
      const { from, to, spans = 24 } = call.query;
      const toMs = to === undefined ? nowMs() : instantMs(to);
      const fromMs = from === undefined ? toMs - overTimeDefaultMs : instantMs(from);
      const wanted = { tenant: tenantOf(call), fromMs, toMs, spans };
      return usageOverTimeReply(await reads.walk(call, 'sumUsageOverTime', wanted));
    },
  } satisfies HandlersOf<'activity'>;
}
