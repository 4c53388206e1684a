import { settingsByName, settingsReply } from '../../answers/settings.ts';
import { rateWindowMsDefault, type Settings, settingsInForce } from '../../domain/settings.ts';
import { adminTenant } from '../../domain/tenant.ts';
import { ApiError } from '../api-error.ts';
import { encodeCursor, nameCursor } from '../cursor.ts';
import type { Desk } from '../desk.ts';
import type { HandlersOf } from '../router.ts';
import { followedWithinMs } from '../runtime-settings.ts';

const settingsMax = 4;

export function settingsRoutes({ writes, books, config }: Desk) {
  return {
    readConfig: async (call) => {
      const { cursor, limit = settingsMax } = call.query;
      const inForce = settingsInForce(await books.settings(), config);
      const all = settingsByName(inForce);
      const after = nameCursor(cursor);
      const left = all.filter(({ key }) => key > after);
      const items = left.slice(0, limit);
      const hasMore = left.length > limit;
      const nextCursor = hasMore ? encodeCursor('name', items.at(-1)?.key ?? after) : null;
      return settingsReply(inForce, followedWithinMs, items, all.length, { nextCursor, hasMore });
    },

    changeConfig: async (call) => {
      const { bulkMaxItems } = call.body;
      const settings: Partial<Settings> = {
        ...(bulkMaxItems === undefined ? {} : { bulkItemsMax: bulkMaxItems ?? undefined }),
        ...rateLimitOf(call.body),
      };
      const { bulkItemsMax, requestsPerMinuteMax } = config;
      return await writes.write(call, adminTenant, {
        kind: 'change_settings',
        settings,
        configured: { bulkItemsMax, requestsPerMinuteMax },
        followedWithinMs,
      });
    },
  } satisfies HandlersOf<'settings'>;
}

interface RateLimitChange {
  readonly rateLimitPerMinute?: number | null;
  readonly rateLimitPerWindow?: number | null;
  readonly rateLimitWindowMs?: number | null;
}

/** The rate limit under either of its names. A limit in a minute sets the window, too. */
function rateLimitOf(change: RateLimitChange): Partial<Settings> {
  const {
    rateLimitPerMinute: perMinute,
    rateLimitPerWindow: perWindow,
    rateLimitWindowMs: windowMs,
  } = change;
  if (typeof perMinute === 'number') {
    if (perWindow !== undefined && perWindow !== perMinute)
      throw contradiction('/rateLimitPerWindow', 'must be equal to rateLimitPerMinute');
    if ((windowMs ?? rateWindowMsDefault) !== rateWindowMsDefault)
      throw contradiction(
        '/rateLimitWindowMs',
        `must be ${rateWindowMsDefault} if rateLimitPerMinute is sent`,
      );
    return { requestsPerWindowMax: perMinute, rateWindowMs: undefined };
  }
  // With another window the answer has null as the limit per minute, and a client may send back what it received.
  const limit = perWindow === undefined ? perMinute : perWindow;
  return {
    ...(limit === undefined ? {} : { requestsPerWindowMax: limit ?? undefined }),
    // What was configured at start is a limit in a minute.
    ...(windowMs === undefined && limit !== null ? {} : { rateWindowMs: windowMs ?? undefined }),
  };
}

function contradiction(pointer: string, message: string): ApiError {
  const faults = [{ pointer, message }];
  return new ApiError('invalid_request', `the body is not valid: ${pointer} ${message}`, { faults });
}
