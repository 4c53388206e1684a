import { type Command, type Fact, rulesOf } from './command.ts';
import { type Decision, type Heavier, type Moment, refused } from './decision.ts';
import { withAnnouncements } from './outbox.ts';
import type { View } from './view.ts';

/**
 * Decides a command: in goes what it sees, out come a fact and changes. Pure: no clock, no randomness, no I/O; the time and
 * new ids come with the moment, and the view is not changed. All of billing is in this folder.
 */
export function decide(command: Command, view: View, moment: Moment): Decision<Fact> | Heavier {
  const rules = rulesOf(command);
  if (rules.isGated && moment.gate !== undefined) return refused(moment.gate);
  const decision = rules.decide(command, view, moment);
  if (decision.kind !== 'done') return decision;
  return { ...decision, changes: withAnnouncements(decision.changes, view.webhooks(), moment.nowMs) };
}
