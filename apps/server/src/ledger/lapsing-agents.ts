import { type Command, rulesOf } from '../domain/command.ts';
import type { View } from '../domain/view.ts';
import { noWants } from '../domain/wants.ts';

/** The agents of each tenant of which more holds have lapsed than a batch records. Most batches have none. */
export function agentsWithMoreDue(
  views: ReadonlyMap<string, View>,
): ReadonlyMap<string, ReadonlySet<string>> {
  const agents = new Map<string, ReadonlySet<string>>();
  for (const [tenant, view] of views) {
    const late = view.billings().filter(({ hasMoreDue }) => hasMoreDue);
    if (late.length > 0) agents.set(tenant, new Set(late.map(({ agent }) => agent)));
  }
  return agents;
}

/** Whether a command reads the billing of one of some agents: by its name, or as the agent of a hold or of an entry. */
export function concernsAny(agents: ReadonlySet<string> | undefined, command: Command, view: View): boolean {
  // It is what records the lapses.
  if (agents === undefined || command.kind === 'pass_time') return false;
  const wants = noWants();
  rulesOf(command).reads(command, wants);
  const named = [
    ...wants.billings.keys(),
    ...[...wants.holdIds].map((id) => view.hold(id)?.agent),
    ...[...wants.entries].map((id) => view.entry(id)?.entry.agent),
  ];
  return named.some((agent) => agent !== undefined && agents.has(agent));
}
