import { configAnswer } from '../../domain/commands/settings.ts';
import type { Settings } from '../../domain/settings.ts';
import { adminTenant } from '../../domain/tenant.ts';
import { ApiError } from '../api-error.ts';
import { encodeCursor, nameCursor } from '../cursor.ts';
import type { Desk } from '../desk.ts';
import type { Handlers } from '../router.ts';
import { followedWithinMs } from '../runtime-settings.ts';

const settingsMax = 4;

export function configRoutes({ writes, books, config }: Desk) {
  return {
    readConfig: async (call) => {
      const { cursor, limit = settingsMax } = call.query;
      const { bulkItemsMax, requestsPerMinuteMax } = await books.settings();
      const inForce = configAnswer({
        bulkItemsMax: bulkItemsMax ?? config.bulkItemsMax,
        requestsPerMinuteMax: requestsPerMinuteMax ?? config.requestsPerMinuteMax,
      });
      const all = Object.entries(inForce)
        .map(([key, value]) => ({ key, value }))
        .sort((a, b) => (a.key < b.key ? -1 : 1));
      const after = nameCursor(cursor);
      const left = all.filter(({ key }) => key > after);
      const items = left.slice(0, limit);
      const hasMore = left.length > limit;
      const nextCursor = hasMore ? encodeCursor('name', items.at(-1)?.key ?? after) : null;
      return {
        status: 200,
        body: {
          config: inForce,
          effectiveWithinMs: followedWithinMs,
          items,
          total: all.length,
          nextCursor,
          hasMore,
        },
      };
    },

    changeConfig: async (call) => {
      const { bulkMaxItems } = call.body;
      const perMinute = rateLimitOf(call.body);
      const settings: Partial<Settings> = {
        ...(bulkMaxItems === undefined ? {} : { bulkItemsMax: bulkMaxItems ?? undefined }),
        ...(perMinute === undefined ? {} : { requestsPerMinuteMax: perMinute ?? undefined }),
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

/** The rate limit under either of its names. */
function rateLimitOf(body: {
  readonly rateLimitPerMinute?: number | null;
  readonly rateLimitPerWindow?: number | null;
}): number | null | undefined {
  const { rateLimitPerMinute, rateLimitPerWindow } = body;
  if (rateLimitPerMinute === undefined) return rateLimitPerWindow;
  if (rateLimitPerWindow === undefined || rateLimitPerWindow === rateLimitPerMinute)
    return rateLimitPerMinute;
  throw new ApiError('invalid_request', 'rateLimitPerMinute and rateLimitPerWindow name the same setting', {
    faults: [{ pointer: '/rateLimitPerWindow', message: 'must be equal to rateLimitPerMinute' }],
  });
}
