import { type CommandRules, readsNothing, usually } from '../command-rules.ts';
import { type Decision, done, type Moment } from '../decision.ts';
import type { View } from '../view.ts';

/** While paused, the writes of tenants are refused; what was answered before is answered again. */
export interface SetPaused {
  readonly kind: 'set_paused';
  readonly isPaused: boolean;
  /** within which time every instance follows, in milliseconds */
  readonly followedWithinMs: number;
}

export const setPaused: CommandRules<SetPaused> = {
  ...usually,
  reads: readsNothing,
  idsMax: () => 0,
  changesTenant: () => true,
  decide: decidePause,
};

function decidePause(command: SetPaused, view: View, moment: Moment): Decision {
  const { isPaused, followedWithinMs } = command;
  const body = { paused: isPaused, effectiveWithinMs: followedWithinMs };
  const answer = { status: 200, body } as const;
  // To pause what is paused changes nothing: it has been so since then.
  if (view.pause().isPaused === isPaused) return done(answer);
  return done(answer, { pauses: [{ isPaused, sinceMs: moment.nowMs }] });
}
