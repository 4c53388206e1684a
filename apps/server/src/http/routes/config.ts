import type { Settings } from '../../domain/settings.ts';
import { adminTenant } from '../../domain/tenant.ts';
import type { Desk } from '../desk.ts';
import type { Handlers } from '../router.ts';
import { followedWithinMs } from '../runtime-settings.ts';

export function configRoutes({ writes, books, config }: Desk) {
  return {
    readConfig: async () => {
      const { bulkItemsMax, requestsPerMinuteMax } = await books.settings();
      return {
        status: 200,
        body: {
          bulkMaxItems: bulkItemsMax ?? config.bulkItemsMax,
          rateLimitPerMinute: requestsPerMinuteMax ?? config.requestsPerMinuteMax,
          effectiveWithinMs: followedWithinMs,
        },
      };
    },

    changeConfig: async (call) => {
      const { bulkMaxItems, rateLimitPerMinute } = call.body;
      const settings: Partial<Settings> = {
        ...(bulkMaxItems === undefined ? {} : { bulkItemsMax: bulkMaxItems ?? undefined }),
        ...(rateLimitPerMinute === undefined
          ? {}
          : { requestsPerMinuteMax: rateLimitPerMinute ?? undefined }),
      };
      const { bulkItemsMax, requestsPerMinuteMax } = config;
      return await writes.write(call, adminTenant, {
        kind: 'change_settings',
        settings,
        configured: { bulkItemsMax, requestsPerMinuteMax },
        followedWithinMs,
      });
    },
  } satisfies Partial<Handlers>;
}
