import { activityReply } from '../../answers/activity.ts';
import { type Desk, tenantOf } from '../desk.ts';
import type { HandlersOf } from '../router.ts';

export function activityRoutes({ activities }: Desk) {
  return {
    readActivity: async (call) => activityReply(activities.sinceMs, activities.of(tenantOf(call))),
  } satisfies HandlersOf<'activity'>;
}
