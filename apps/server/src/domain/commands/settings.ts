import { type CommandRules, readsNothing, usually } from '../command-rules.ts';
import { type Decision, done } from '../decision.ts';
import { rateWindowMsDefault, type Settings } from '../settings.ts';
import type { View } from '../view.ts';

/** Changes what the operator sets while the server runs. */
export interface ChangeSettings {
  readonly kind: 'change_settings';
  /** a member that is there and `undefined` goes back to what was configured */
  readonly settings: Partial<Settings>;
  /** what holds where nothing is set */
  readonly configured: { readonly bulkItemsMax: number; readonly requestsPerMinuteMax: number };
  /** within which time every instance follows, in milliseconds */
  readonly followedWithinMs: number;
}

/** Sets what is named, and leaves the rest as it is. */
export const changeSettings: CommandRules<ChangeSettings> = {
  ...usually,
  reads: readsNothing,
  idsMax: () => 0,
  changesTenant: () => true,
  decide: decideSettings,
};

function decideSettings(command: ChangeSettings, view: View): Decision {
  const settings = { ...view.settings(), ...command.settings };
  const body = {
    config: configAnswer(settings, command.configured),
    effectiveWithinMs: command.followedWithinMs,
  };
  return done({ status: 200, body }, { settings: [settings] });
}

/** The settings in force, as the operator sees them: the rate limit also under AgentPay's names. */
export function configAnswer(settings: Settings, configured: ChangeSettings['configured']) {
  const { bulkItemsMax = configured.bulkItemsMax } = settings;
  const { requestsPerWindowMax = configured.requestsPerMinuteMax } = settings;
  const { rateWindowMs = rateWindowMsDefault } = settings;
  return {
    bulkMaxItems: bulkItemsMax,
    // Of another window no limit in a minute follows.
    rateLimitPerMinute: rateWindowMs === rateWindowMsDefault ? requestsPerWindowMax : null,
    rateLimitPerWindow: requestsPerWindowMax,
    rateLimitWindowMs: rateWindowMs,
  };
}
