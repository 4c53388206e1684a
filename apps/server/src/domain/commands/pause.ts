import { type CommandRules, readsNothing, usually } from '../command-rules.ts';
import { type Decision, done, type Moment } from '../decision.ts';
import type { View } from '../view.ts';

/** While paused, the writes of tenants are refused; replays are still answered. */
export interface SetPaused {
  readonly kind: 'set_paused';
  readonly isPaused: boolean;
  /** within which time every instance follows, in milliseconds */
  readonly followedWithinMs: number;
}

export interface PauseSet {
  readonly kind: 'pause_set';
  readonly isPaused: boolean;
  readonly followedWithinMs: number;
}

const setPaused: CommandRules<SetPaused, PauseSet> = {
  ...usually,
  reads: readsNothing,
  idsMax: () => 0,
  changesTenant: () => true,
  decide: decidePause,
};

export const pauseCommands = { set_paused: setPaused };

function decidePause(command: SetPaused, view: View, moment: Moment): Decision<PauseSet> {
  const { isPaused, followedWithinMs } = command;
  const fact: PauseSet = { kind: 'pause_set', isPaused, followedWithinMs };
  // A second pause changes nothing, not even its time.
  if (view.pause().isPaused === isPaused) return done(fact);
  return done(fact, { pauses: [{ isPaused, sinceMs: moment.nowMs }] });
}
