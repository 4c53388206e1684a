import type { Limit } from '../../../domain/limit.ts';
import { counterName, emptyCounter } from '../../../domain/limit-counter.ts';
import type { LoadedView } from '../../../domain/loaded-view.ts';
import { wantedCounters } from '../../../domain/wanted-counters.ts';
import type { Wants } from '../../../ledger/wants.ts';
import type { CounterKey } from '../../../reads/books.ts';
import { limitCounters, limits } from '../../tables/limits.ts';
import { json } from '../columns.ts';
import { recordOf, upsertSql } from '../described.ts';
import { deleteOfTenants, madeOfTenants } from '../one-tenant.ts';
import { counterKeyRecord, loadNamedCounters, type OwnedCounter } from '../read/limits.ts';
import type { StatementRunner } from '../statement-runner.ts';

// As for accounts, one statement creates and locks the counters, in one order, and a later one reads them.
const lockCountersSql = madeOfTenants(
  1,
  (tenant, from) => `INSERT INTO limit_counters (tenant, limit_id, subject, windows)
  SELECT ${tenant}, limit_id, subject, '[]'
  FROM ${from(`json_to_recordset($1) AS w (n integer, tenant text, limit_id uuid, subject text)`)} ORDER BY n
  ON CONFLICT (tenant, limit_id, subject) DO UPDATE SET windows = limit_counters.windows WHERE false`,
);
const deleteCountersSql = deleteOfTenants(
  'limit_counters',
  (tenant) => `SELECT c.place FROM json_to_recordset($1) AS w (tenant text, limit_id uuid, subject text)
    CROSS JOIN LATERAL (SELECT ctid AS place, windows FROM limit_counters AS b
      WHERE b.tenant = ${tenant} AND b.limit_id = w.limit_id AND b.subject = w.subject LIMIT 1) AS c
    WHERE c.windows = '[]'`,
);
const saveLimitsSql = upsertSql(limits);
const limitRecord = recordOf(limits);
const saveCountersSql = upsertSql(limitCounters);
const counterRecord = recordOf(limitCounters);

type OwnedKey = CounterKey & { readonly tenant: string };

/**
 * Gives views the limits of their tenants, and the counters of those that may apply to them. The counters are locked
 * after all accounts and balances, because the lapsed holds are known then; their counts are read after that.
 *
 * @returns the counters that were created only to be locked
 */
export async function loadCounted(
  connection: StatementRunner,
  wants: Wants,
  limitsOf: ReadonlyMap<string, readonly Limit[]>,
  views: ReadonlyMap<string, LoadedView>,
): Promise<readonly OwnedKey[]> {
  const keys = new Map<string, OwnedKey>();
  for (const [tenant, own] of limitsOf) {
    const view = views.get(tenant);
    if (view !== undefined) view.ownLimits = own;
    const named = wants.tenants.get(tenant);
    if (view === undefined || named === undefined) continue;
    for (const [name, key] of wantedCounters(own, named, view))
      keys.set(`${tenant} ${name}`, { tenant, ...key });
  }
  if (keys.size === 0) return [];
  const sorted = [...keys].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, key]) => key);
  const rows = sorted.map((key, n) => ({ n, ...counterKeyRecord(key) }));
  const [, found] = await Promise.all([
    connection.rows(lockCountersSql, [json(rows)]),
    loadNamedCounters(connection, sorted),
  ]);
  for (const { tenant, limitId, subject } of sorted) {
    views.get(tenant)?.limitCounters.set(counterName({ limitId, subject }), emptyCounter(limitId, subject));
  }
  for (const { tenant, counter } of found) {
    views.get(tenant)?.limitCounters.set(counterName(counter), counter);
  }
  return found
    .filter(({ counter }) => counter.windows.length === 0)
    .map(({ tenant, counter: { limitId, subject } }) => ({ tenant, limitId, subject }));
}

export async function saveLimits(
  statements: StatementRunner,
  owned: readonly { readonly tenant: string; readonly limit: Limit }[],
): Promise<void> {
  if (owned.length === 0) return;
  const rows = owned.map(({ tenant, limit }) => limitRecord({ tenant }, limit));
  await statements.rows(saveLimitsSql, [json(rows)]);
}

/** Saves counters, and deletes those that were created to be locked and count nothing. */
export async function saveLimitCounters(
  statements: StatementRunner,
  owned: readonly OwnedCounter[],
  made: readonly OwnedKey[],
): Promise<void> {
  if (owned.length > 0) {
    const rows = owned.map(({ tenant, counter }) => counterRecord({ tenant }, counter));
    await statements.rows(saveCountersSql, [json(rows)]);
  }
  const counted = new Set(owned.map(({ tenant, counter }) => `${tenant} ${counterName(counter)}`));
  const unused = made.filter((key) => !counted.has(`${key.tenant} ${counterName(key)}`));
  if (unused.length > 0) await statements.rows(deleteCountersSql, [json(unused.map(counterKeyRecord))]);
}
