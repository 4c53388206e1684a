import { rulesOf } from '../domain/command.ts';
import { lapsesPerCommit } from '../domain/hold.ts';
import { noWants, type TenantWants } from '../domain/wants.ts';
import { recordName, type Submission } from './submission.ts';

/** What a batch needs to see: everything that its commands name, each thing once. */
export interface Wants {
  readonly records: ReadonlyMap<string, WantedRecord>;
  readonly tenants: ReadonlyMap<string, TenantWants>;
  /**
   * tenants in which a command changes rows other than accounts that other commands depend on: one such command at a
   * time
   */
  readonly changedTenants: ReadonlySet<string>;
  /** the time at which the batch is decided */
  readonly nowMs: number;
  /** the most holds that have lapsed of which the batch sees and records it */
  readonly lapsesMax: number;
}

export interface WantedRecord {
  readonly tenant: string;
  readonly scope: string;
  readonly digest: string;
}

/**
 * Collects what the commands of a batch name. Agents that only the worker names come last: a batch records a bounded
 * number of lapses, agent by agent, and a write that waits for the lapses of its agent must not also wait for those of
 * others.
 */
export function wantsOf(
  submissions: readonly Submission[],
  nowMs: number,
  lapsesMin: number = lapsesPerCommit,
): Wants {
  const records = new Map<string, WantedRecord>();
  const tenants = new Map<string, TenantWants>();
  const changedTenants = new Set<string>();
  let lapsesMax = lapsesMin;
  const isOfWorker = ({ command }: Submission) => command.kind === 'pass_time';
  const inOrder = [
    ...submissions.filter((submission) => !isOfWorker(submission)),
    ...submissions.filter(isOfWorker),
  ];
  for (const { tenant, command, key } of inOrder) {
    const rules = rulesOf(command);
    // A heavy command takes its time anyway, and may concern many agents.
    lapsesMax = Math.max(lapsesMax, rules.weight(command));
    if (rules.changesTenant(command)) changedTenants.add(tenant);
    if (key !== undefined) {
      records.set(recordName(tenant, key), { tenant, scope: key.scope, digest: key.digest });
    }
    let wants = tenants.get(tenant);
    if (wants === undefined) {
      wants = noWants();
      tenants.set(tenant, wants);
    }
    rules.reads(command, wants);
  }
  return { records, tenants, changedTenants, nowMs, lapsesMax };
}
