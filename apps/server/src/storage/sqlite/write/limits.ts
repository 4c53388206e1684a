import { type Limit, limitsOfAccount, subjectOf } from '../../../domain/limit.ts';
import { counterName, emptyCounter, type LimitCounter } from '../../../domain/limit-counter.ts';
import type { LoadedView } from '../../../domain/loaded-view.ts';
import type { TenantWants } from '../../../domain/wants.ts';
import { limitCounters, limits } from '../../tables/limits.ts';
import type { Connection } from '../connection.ts';
import { upsertSql, valuesOf } from '../described.ts';
import { loadCounter } from '../read/limits.ts';
import type { KeptRows } from './kept-rows.ts';

const saveLimitSql = upsertSql(limits);
const limitValues = valuesOf(limits);
const saveCounterSql = upsertSql(limitCounters);
const counterValues = valuesOf(limitCounters);

/** Gives a view the limits of its tenant, and the counters of those that may apply to its accounts. */
export function loadCounted(
  connection: Connection,
  kept: KeptRows,
  tenant: string,
  wants: TenantWants,
  view: LoadedView,
): void {
  if (wants.limits.size === 0) return;
  const own = kept.limits(connection, tenant);
  view.ownLimits = own;
  if (!wants.limits.has('counters')) return;
  for (const account of wants.accounts.values()) {
    for (const limit of limitsOfAccount(own, account)) {
      const key = { limitId: limit.id, subject: subjectOf(limit, account.agent) };
      const name = counterName(key);
      if (view.limitCounters.has(name)) continue;
      view.limitCounters.set(
        name,
        loadCounter(connection, tenant, key) ?? emptyCounter(limit.id, key.subject),
      );
    }
  }
}

export function saveLimit(connection: Connection, tenant: string, limit: Limit): void {
  connection.run(saveLimitSql, tenant, ...limitValues(limit));
}

export function saveLimitCounter(connection: Connection, tenant: string, counter: LimitCounter): void {
  connection.run(saveCounterSql, tenant, ...counterValues(counter));
}
