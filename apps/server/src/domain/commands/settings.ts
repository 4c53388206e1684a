import { type CommandRules, readsNothing, usually } from '../command-rules.ts';
import { type Decision, done } from '../decision.ts';
import {
  type ConfiguredSettings,
  type Settings,
  type SettingsInForce,
  settingsInForce,
} from '../settings.ts';
import type { View } from '../view.ts';

/** Changes what the operator sets while the server runs. */
export interface ChangeSettings {
  readonly kind: 'change_settings';
  /** a member that is present and `undefined` returns to the configured value */
  readonly settings: Partial<Settings>;
  /** the values for settings that are not set */
  readonly configured: ConfiguredSettings;
  /** within which time every instance follows, in milliseconds */
  readonly followedWithinMs: number;
}

export interface SettingsChanged {
  readonly kind: 'settings_changed';
  readonly inForce: SettingsInForce;
  readonly followedWithinMs: number;
}

/** Sets the named settings, and leaves the rest unchanged. */
const changeSettings: CommandRules<ChangeSettings, SettingsChanged> = {
  ...usually,
  reads: readsNothing,
  idsMax: () => 0,
  changesTenant: () => true,
  decide: decideSettings,
};

export const settingsCommands = { change_settings: changeSettings };

function decideSettings(command: ChangeSettings, view: View): Decision<SettingsChanged> {
  const settings = { ...view.settings(), ...command.settings };
  const inForce = settingsInForce(settings, command.configured);
  const { followedWithinMs } = command;
  return done({ kind: 'settings_changed', inForce, followedWithinMs }, { settings: [settings] });
}
