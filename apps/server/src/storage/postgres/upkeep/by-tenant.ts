import { text } from '../columns.ts';
import type { PostgresConnection } from '../connection.ts';
import { ofOneTenant } from '../one-tenant.ts';
import type { Value } from '../statement-runner.ts';

const tenantsMax = 100;

/** A `FROM` with its condition, whose table or its alias is `d`: the tenants that have such rows, after a name that is the last parameter. */
export function tenantsWithSql(from: string, parameters: number): string {
  return `SELECT d.tenant FROM ${from} AND d.tenant > $${parameters + 1} GROUP BY d.tenant ORDER BY d.tenant LIMIT ${tenantsMax}`;
}

/**
 * Deletes a limited number of rows, tenant by tenant: if tenants are on several nodes, no statement can lock rows of
 * several tenants.
 *
 * @param delete a statement with a form for one tenant, whose second parameter is how many rows it may delete
 */
export async function deleteByTenant(
  connection: PostgresConnection,
  { findSql, deleteSql }: { readonly findSql: string; readonly deleteSql: string },
  found: readonly Value[],
  values: (rowsMax: number) => readonly Value[],
  rowsMax: number,
): Promise<number> {
  const bound = ofOneTenant(deleteSql);
  if (bound === undefined) throw new Error('the statement has no form for one tenant');
  let deleted = 0;
  for (let after = ''; deleted < rowsMax; ) {
    const tenants = (await connection.rows(findSql, [...found, after])).map((row) => text(row, 'tenant'));
    for (const tenant of tenants) {
      if (deleted >= rowsMax) break;
      deleted += (await connection.command(bound, [...values(rowsMax - deleted), tenant])).count;
    }
    const last = tenants.at(-1);
    if (last === undefined || tenants.length < tenantsMax) break;
    after = last;
  }
  return deleted;
}
