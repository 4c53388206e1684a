import { type IdPlace, placeAfterId } from '../../../domain/id-block.ts';
import type { Limit } from '../../../domain/limit.ts';
import { adminTenant } from '../../../domain/tenant.ts';
import { textOrAbsent } from '../columns.ts';
import { ofTenants } from '../one-tenant.ts';
import { lastId, lastOf, named } from '../read/ids.ts';
import { limitsColumn, limitsIn } from '../read/limits.ts';
import { idsAheadUnnotedMs } from '../read/operator.ts';
import type { StatementRunner } from '../statement-runner.ts';

const saveIdsAheadSql = `INSERT INTO operator (tenant, ids_ahead_ms) VALUES ($1, $2)
  ON CONFLICT (tenant) DO UPDATE SET ids_ahead_ms = greatest(operator.ids_ahead_ms, excluded.ids_ahead_ms)`;

// Acts too: the operator reads those of all tenants in one order. Where tenants are on several nodes, by their times only.
const reached = (tenant: string, lastAct: string, limitsWanted: string) =>
  `SELECT greatest((${lastId(tenant)}), ${lastAct}) AS id, ${limitsColumn(limitsWanted)}`;
const loadReachedSql = ofTenants(
  2,
  (tenant) => reached(tenant, '(SELECT id FROM audit_log ORDER BY id DESC LIMIT 1)', 'l.tenant = ANY ($2)'),
  (tenant) => reached(tenant, lastOf('audit_log', tenant), `l.tenant = ${tenant} AND l.tenant = ANY ($2)`),
);

const beginning: IdPlace = { timeMs: 0, counter: 0 };

/**
 * Records how far ids are ahead of the clock, if that is more than ever before. It counts whole hours, so that it
 * rarely changes.
 */
export async function saveIdsAhead(
  statements: StatementRunner,
  aheadMs: number,
  knownMaxMs: number,
): Promise<void> {
  if (aheadMs <= knownMaxMs) return;
  const hours = Math.ceil(aheadMs / idsAheadUnnotedMs);
  await statements.rows(saveIdsAheadSql, [adminTenant, hours * idsAheadUnnotedMs]);
}

/**
 * Where ids of these tenants may begin, and the limits of some of them in the same statement: most batches need them,
 * and few tenants have any.
 */
export async function loadIdsAndLimits(
  connection: StatementRunner,
  tenants: readonly string[],
  limited: readonly string[],
): Promise<{ readonly idsReached: IdPlace; readonly limits: ReadonlyMap<string, readonly Limit[]> }> {
  const [row] = await connection.rows(loadReachedSql, [named(tenants), limited]);
  const lastId = row && textOrAbsent(row, 'id');
  return {
    idsReached: lastId === undefined ? beginning : placeAfterId(lastId),
    limits: row === undefined ? new Map() : limitsIn(row),
  };
}
