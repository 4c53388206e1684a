import type { SetPaused } from './command.ts';
import { type Decision, done, type Moment, refused } from './decision.ts';
import type { View } from './view.ts';

export function setPaused(command: SetPaused, view: View, moment: Moment): Decision {
  if (moment.gate !== undefined) return refused(moment.gate);
  const { isPaused, followedWithinMs } = command;
  const body = { paused: isPaused, effectiveWithinMs: followedWithinMs };
  const answer = { status: 200, body } as const;
  // To pause what is paused changes nothing: it has been so since then.
  if (view.pause().isPaused === isPaused) return done(answer);
  return done(answer, { pauses: [{ isPaused, sinceMs: moment.nowMs }] });
}
