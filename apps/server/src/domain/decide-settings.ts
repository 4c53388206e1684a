import type { ChangeSettings } from './command.ts';
import { type Decision, done, type Moment, refused } from './decision.ts';
import type { View } from './view.ts';

/** Sets what is named, and leaves the rest as it is. */
export function changeSettings(command: ChangeSettings, view: View, moment: Moment): Decision {
  if (moment.gate !== undefined) return refused(moment.gate);
  const settings = { ...view.settings(), ...command.settings };
  const { bulkItemsMax = command.configured.bulkItemsMax } = settings;
  const { requestsPerMinuteMax = command.configured.requestsPerMinuteMax } = settings;
  const body = {
    bulkMaxItems: bulkItemsMax,
    rateLimitPerMinute: requestsPerMinuteMax,
    effectiveWithinMs: command.followedWithinMs,
  };
  return done({ status: 200, body }, { settings: [settings] });
}
