import { type Command, type Fact, rulesOf } from './command.ts';
import { type Decision, type Heavier, type Moment, refused } from './decision.ts';
import { withAnnouncements } from './outbox.ts';
import type { View } from './view.ts';

/**
 * Decides a command: it takes a view, and returns a fact and changes. It is pure: no clock, no randomness, no I/O; the
 * moment provides the time and new ids, and the view is not changed. All billing rules are in this folder.
 */
export function decide(command: Command, view: View, moment: Moment): Decision<Fact> | Heavier {
  const rules = rulesOf(command);
  if (rules.isGated && moment.gate !== undefined) return refused(moment.gate);
  const decision = rules.decide(command, view, moment);
  if (decision.kind !== 'done') return decision;
  return { ...decision, changes: withAnnouncements(decision.changes, view.webhooks(), moment.nowMs) };
}
