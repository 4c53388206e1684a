import { type IdPlace, placeAfterId } from '../../../domain/id-block.ts';
import type { Limit } from '../../../domain/limit.ts';
import { json, textOrAbsent } from '../columns.ts';
import type { Connection } from '../connection.ts';
import { limitsColumn, limitsIn } from './limits.ts';

const lastOf = (table: string) =>
  `(SELECT id FROM ${table} WHERE tenant = w.tenant ORDER BY id DESC LIMIT 1)`;
const loadLastIdSql = `SELECT greatest(${lastOf('entries')}, ${lastOf('settlements')}, ${lastOf('events')}) AS id
  FROM json_to_recordset($1) AS w (tenant text) ORDER BY id DESC NULLS LAST LIMIT 1`;

// Acts too: the operator reads those of all tenants in one order.
const loadReachedSql = `SELECT greatest((${loadLastIdSql}), (SELECT id FROM audit_log ORDER BY id DESC LIMIT 1)) AS id,
  ${limitsColumn('$2')}`;

const beginning: IdPlace = { timeMs: 0, counter: 0 };

/** The last id of everything that is listed of some tenants; `undefined` if they have nothing. */
export async function loadLastId(
  connection: Connection,
  tenants: readonly string[],
): Promise<string | undefined> {
  const [row] = await connection.rows(loadLastIdSql, [named(tenants)]);
  return row && textOrAbsent(row, 'id');
}

function named(tenants: readonly string[]): string {
  return json(tenants.map((tenant) => ({ tenant })));
}

/** Where ids of these tenants may begin; with it the limits of some of them, which most batches need and few have. */
export async function loadIdsAndLimits(
  connection: Connection,
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
