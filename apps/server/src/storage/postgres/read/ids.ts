import { json, textOrAbsent } from '../columns.ts';
import type { PostgresConnection } from '../connection.ts';

const lastOf = (table: string) =>
  `(SELECT id FROM ${table} WHERE tenant = w.tenant ORDER BY id DESC LIMIT 1)`;
/** The last id of everything that is listed of some tenants, which are given as rows. */
export const loadLastIdSql = `SELECT greatest(${lastOf('entries')}, ${lastOf('settlements')}, ${lastOf('events')}) AS id
  FROM json_to_recordset($1) AS w (tenant text) ORDER BY id DESC NULLS LAST LIMIT 1`;

/** The last id of everything that is listed of some tenants; `undefined` if they have nothing. */
export async function loadLastId(
  connection: PostgresConnection,
  tenants: readonly string[],
): Promise<string | undefined> {
  const [row] = await connection.rows(loadLastIdSql, [named(tenants)]);
  return row && textOrAbsent(row, 'id');
}

/** These tenants, for a statement that takes them as rows. */
export function named(tenants: readonly string[]): string {
  return json(tenants.map((tenant) => ({ tenant })));
}
