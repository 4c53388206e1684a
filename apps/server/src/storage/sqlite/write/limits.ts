import type { Limit } from '../../../domain/limit.ts';
import { emptyCounter, type LimitCounter } from '../../../domain/limit-counter.ts';
import type { LoadedView } from '../../../domain/loaded-view.ts';
import { wantedCounters } from '../../../domain/wanted-counters.ts';
import { areLimitsWanted, type TenantWants } from '../../../domain/wants.ts';
import { limitCounters, limits } from '../../tables/limits.ts';
import type { SqliteConnection } from '../connection.ts';
import { upsertSql, valuesOf } from '../described.ts';
import { loadCounter } from '../read/limits.ts';
import type { KeptRows } from './kept-rows.ts';

const saveLimitSql = upsertSql(limits);
const limitValues = valuesOf(limits);
const saveCounterSql = upsertSql(limitCounters);
const counterValues = valuesOf(limitCounters);

/** Gives a view the limits of its tenant, and the counters of those that may apply to it. To be called after its holds are loaded. */
export function loadCounted(
  connection: SqliteConnection,
  kept: KeptRows,
  tenant: string,
  wants: TenantWants,
  view: LoadedView,
): void {
  if (!areLimitsWanted(wants)) return;
  const own = kept.limits(connection, tenant);
  view.ownLimits = own;
  for (const [name, key] of wantedCounters(own, wants, view)) {
    const counter = loadCounter(connection, tenant, key) ?? emptyCounter(key.limitId, key.subject);
    view.limitCounters.set(name, counter);
  }
}

export function saveLimit(connection: SqliteConnection, tenant: string, limit: Limit): void {
  connection.run(saveLimitSql, tenant, ...limitValues(limit));
}

export function saveLimitCounter(connection: SqliteConnection, tenant: string, counter: LimitCounter): void {
  connection.run(saveCounterSql, tenant, ...counterValues(counter));
}
