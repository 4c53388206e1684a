import { json, textOrAbsent } from '../columns.ts';
import { ofTenants } from '../one-tenant.ts';
import type { StatementRunner } from '../statement-runner.ts';

export const lastOf = (table: string, tenant: string) =>
  `(SELECT id FROM ${table} WHERE tenant = ${tenant} ORDER BY id DESC LIMIT 1)`;
/** The last id of everything that is listed of some tenants, which are given as rows. */
export const lastId = (tenant: string) =>
  `SELECT greatest(${['entries', 'settlements', 'events'].map((table) => lastOf(table, tenant)).join(', ')}) AS id
  FROM json_to_recordset($1) AS w (tenant text) ORDER BY id DESC NULLS LAST LIMIT 1`;
const loadLastIdSql = ofTenants(1, lastId);

/** The last id of everything that is listed of some tenants; `undefined` if they have nothing. */
export async function loadLastId(
  connection: StatementRunner,
  tenants: readonly string[],
): Promise<string | undefined> {
  const [row] = await connection.rows(loadLastIdSql, [named(tenants)]);
  return row && textOrAbsent(row, 'id');
}

/** These tenants, for a statement that takes them as rows. */
export function named(tenants: readonly string[]): string {
  return json(tenants.map((tenant) => ({ tenant })));
}
