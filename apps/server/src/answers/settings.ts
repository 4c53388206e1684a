import type { SettingsChanged } from '../domain/commands/settings.ts';
import { rateWindowMsDefault, type SettingsInForce } from '../domain/settings.ts';
import type { PageEnd } from './paging.ts';
import type { BodyOf, ItemOf, ReplyOf } from './reply.ts';

export const settingsAnswers = {
  settings_changed: ({ inForce, followedWithinMs }: SettingsChanged): ReplyOf<'changeConfig'> => ({
    status: 200,
    body: { config: configBody(inForce), effectiveWithinMs: followedWithinMs },
  }),
};

/** The settings in force, as the operator sees them: the rate limit also under AgentPay's names. */
function configBody({
  bulkItemsMax,
  requestsPerWindowMax,
  rateWindowMs,
}: SettingsInForce): BodyOf<'changeConfig'>['config'] {
  return {
    bulkMaxItems: bulkItemsMax,
    // Another window has no limit per minute.
    rateLimitPerMinute: rateWindowMs === rateWindowMsDefault ? requestsPerWindowMax : null,
    rateLimitPerWindow: requestsPerWindowMax,
    rateLimitWindowMs: rateWindowMs,
  };
}

/** A setting in the list of them. */
type SettingBody = ItemOf<'readConfig'>;

/** Each setting in force, under its name. */
export function settingsByName(inForce: SettingsInForce): readonly SettingBody[] {
  return Object.entries(configBody(inForce))
    .map(([key, value]) => ({ key, value }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

export function settingsReply(
  inForce: SettingsInForce,
  effectiveWithinMs: number,
  items: readonly SettingBody[],
  total: number,
  { nextCursor, hasMore }: PageEnd,
): ReplyOf<'readConfig'> {
  const config = configBody(inForce);
  return { status: 200, body: { config, effectiveWithinMs, items, total, nextCursor, hasMore } };
}
