import type { Limit } from '../../../domain/limit.ts';
import type { LimitCounter } from '../../../domain/limit-counter.ts';
import type { CounterKey, LimitReads } from '../../../reads/books/limits.ts';
import { limitCounters, limits } from '../../tables/limits.ts';
import { json, rowsIn, text } from '../columns.ts';
import { jsonObject, parserOf, selectList } from '../described.ts';
import { ofTenants } from '../one-tenant.ts';
import type { PostgresRow, StatementRunner } from '../statement-runner.ts';
import type { Reader } from './reader.ts';

/** The limits AS l of some tenants as one column, so that a batch reads them with no further statement. */
export const limitsColumn = (
  condition: string,
) => `(SELECT json_agg(${jsonObject(limits, 'l', { tenant: 'l.tenant' })} ORDER BY l.tenant, l.name)
    FROM limits AS l WHERE ${condition} AND NOT l.deleted) AS limits`;
const limitColumns = selectList(limits);
const parseLimit = parserOf(limits);
const counterColumns = selectList(limitCounters, 'c');
const parseCounter = parserOf(limitCounters);

const loadLimitsSql = `SELECT ${limitColumns} FROM limits WHERE tenant = $1 AND NOT deleted ORDER BY name`;
const loadNamedCountersSql = ofTenants(
  1,
  (tenant) => `SELECT c.tenant, ${counterColumns}
  FROM json_to_recordset($1) AS w (tenant text, limit_id uuid, subject text)
  CROSS JOIN LATERAL (SELECT * FROM limit_counters AS b
    WHERE b.tenant = ${tenant} AND b.limit_id = w.limit_id AND b.subject = w.subject LIMIT 1) AS c`,
);
const loadCountersSql = `SELECT ${counterColumns} FROM limit_counters AS c
  WHERE c.tenant = $1 AND c.limit_id = $2 AND ($3::text IS NULL OR c.subject > $3) ORDER BY c.subject LIMIT $4`;

/** A counter with the tenant that it belongs to. */
export interface OwnedCounter {
  readonly tenant: string;
  readonly counter: LimitCounter;
}

/** The limits in a row that has the column of limits, by their tenants. */
export function limitsIn(row: PostgresRow): ReadonlyMap<string, readonly Limit[]> {
  const byTenant = Map.groupBy(rowsIn(row, 'limits'), (one) => text(one, 'tenant'));
  return new Map([...byTenant].map(([tenant, rows]) => [tenant, rows.map((one) => parseLimit(one))]));
}

/** The counters that there are of some that are named. */
export async function loadNamedCounters(
  connection: StatementRunner,
  keys: readonly (CounterKey & { readonly tenant: string })[],
): Promise<OwnedCounter[]> {
  const rows = await connection.rows(loadNamedCountersSql, [json(keys.map(counterKeyRecord))]);
  return rows.map((row) => ({ tenant: text(row, 'tenant'), counter: parseCounter(row) }));
}

export function counterKeyRecord({
  tenant,
  limitId,
  subject,
}: CounterKey & { readonly tenant: string }): object {
  return { tenant, limit_id: limitId, subject };
}

export function limitReads(reader: Reader): LimitReads {
  return {
    limits: (tenant) =>
      reader.of(tenant, async (connection) => {
        const rows = await connection.rows(loadLimitsSql, [tenant]);
        return rows.map((row) => parseLimit(row));
      }),
    limitCounters: (tenant, limitId, afterSubject, limit) =>
      reader.of(tenant, async (connection) => {
        const rows = await connection.rows(loadCountersSql, [tenant, limitId, afterSubject ?? null, limit]);
        return rows.map((row) => parseCounter(row));
      }),
    namedCounters: async (tenant, keys) => {
      const named = keys.map((key) => ({ tenant, ...key }));
      const found = await reader.of(tenant, (connection) => loadNamedCounters(connection, named));
      return found.map(({ counter }) => counter);
    },
  };
}
