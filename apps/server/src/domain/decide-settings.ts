import type { ChangeSettings } from './command.ts';
import { type Decision, done, type Moment, refused } from './decision.ts';
import type { View } from './view.ts';

/** Sets what is named, and leaves the rest as it is. */
export function changeSettings(command: ChangeSettings, view: View, moment: Moment): Decision {
  if (moment.gate !== undefined) return refused(moment.gate);
  const settings = { ...view.settings(), ...command.settings };
  const { bulkItemsMax = command.configured.bulkItemsMax } = settings;
  const { requestsPerMinuteMax = command.configured.requestsPerMinuteMax } = settings;
  const config = configAnswer({ bulkItemsMax, requestsPerMinuteMax });
  const body = { config, effectiveWithinMs: command.followedWithinMs };
  return done({ status: 200, body }, { settings: [settings] });
}

/** The settings in force, as the operator sees them: the rate limit also under AgentPay's names. */
export function configAnswer({ bulkItemsMax, requestsPerMinuteMax }: Required<ChangeSettings['configured']>) {
  return {
    bulkMaxItems: bulkItemsMax,
    rateLimitPerMinute: requestsPerMinuteMax,
    rateLimitPerWindow: requestsPerMinuteMax,
    rateLimitWindowMs: 60_000,
  };
}
