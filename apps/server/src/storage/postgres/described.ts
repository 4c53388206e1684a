import { Code, generateParser, type Parser, type Readers, type Writers } from '../generated.ts';
import {
  type Columns,
  columnsOn,
  type Kind,
  madeColumns,
  onConflict,
  ownColumns,
  type RowOf,
  serviceColumn,
  type Table,
  tableName,
  type WrittenOf,
} from '../table.ts';
import { big, bytea, flag, hex, integer, text } from './columns.ts';
import { madeOfTenants } from './one-tenant.ts';
import type { PostgresRow } from './statement-runner.ts';

/** SQL and functions for PostgreSQL that follow from the description of a table. */

const readers: Readers<PostgresRow> = {
  text,
  count: integer,
  small: integer,
  amount: big,
  flag,
  id: text,
  digest: hex,
  account: text,
};

const writers: Writers = { digest: bytea };

export const columnTypes: Readonly<Record<Kind, string>> = {
  text: 'text',
  count: 'bigint',
  small: 'integer',
  amount: 'bigint',
  flag: 'boolean',
  id: 'uuid',
  digest: 'bytea',
  account: 'uuid',
};

/**
 * The columns of a row as a `SELECT` lists them.
 *
 * @param tenant the expression for the tenant, if columns of a service are among them
 */
export function selectList(
  { columns }: Table,
  alias?: string,
  joinedAlias?: string,
  tenant?: string,
): string {
  return columnsOn('postgres', columns)
    .filter(({ column }) => column.from !== 'part')
    .map(({ name, column }) => {
      if (column.from === 'service') return `${serviceColumn(name, joinedAlias, tenant)} AS ${name}`;
      const source = column.from === 'joined' ? joinedAlias : alias;
      return source === undefined ? name : `${source}.${name}`;
    })
    .join(', ');
}

/** The fields of a row as one JSON object, in which amounts are texts: a double does not hold 64 bits. */
export function jsonObject(
  table: Table,
  alias: string,
  parts: Readonly<Record<string, string>> = {},
): string {
  const own = ownColumns('postgres', table).map(
    ({ name, column }) => `'${name}', ${alias}.${name}${column.kind === 'amount' ? '::text' : ''}`,
  );
  const others = Object.entries(parts).map(([name, sql]) => `'${name}', ${sql}`);
  return `json_build_object(${[...own, ...others].join(', ')})`;
}

/** The columns that a row is made with. */
export function madeList(table: Table): string {
  return madeColumns('postgres', table)
    .map(({ name }) => name)
    .join(', ');
}

/** The columns that a row is made with and their types, as `json_to_recordset` needs them. */
export function recordset(table: Table): string {
  return madeColumns('postgres', table)
    .map(({ name, column }) => `${name} ${columnTypes[column.kind]}`)
    .join(', ');
}

/** Makes the rows that `json_to_recordset` takes out of a parameter; in an order, where two batches may make the same ones. */
export function insertSql(table: Table, orderBy?: string): string {
  return madeSql(table, orderBy, '');
}

/** Makes rows, or gives existing rows the values that may change, and what follows. */
export function upsertSql(table: Table, orderBy?: string, more = ''): string {
  return madeSql(
    table,
    orderBy,
    `
  ${onConflict('postgres', table)}${more}`,
  );
}

function madeSql(table: Table, orderBy: string | undefined, end: string): string {
  const names = madeColumns('postgres', table).map(({ name }) => name);
  const order = orderBy === undefined ? '' : ` ORDER BY ${orderBy}`;
  const statement = (tenant: string, from: (rows: string) => string) => {
    const values = names.map((name) => (name === 'tenant' ? tenant : name));
    return `INSERT INTO ${tableName(table, 'postgres')} (${names.join(', ')})
  SELECT ${values.join(', ')} FROM ${from(`json_to_recordset($1) AS w (${recordset(table)})`)}${order}${end}`;
  };
  // The rows of the operator name their tenant.
  return 'tenant' in table.place ? madeOfTenants(1, statement) : statement('w.tenant', (rows) => rows);
}

export function parserOf<C extends Columns>(table: Table<C>): Parser<PostgresRow, C> {
  return generateParser('postgres', table, readers);
}

/** A row as `json_to_recordset` takes it. */
export function recordOf<C extends Columns, P extends Columns>(
  table: Table<C, P>,
): (place: RowOf<P>, row: WrittenOf<C>) => object {
  const code = new Code();
  const ofPlace = columnsOn('postgres', table.place).map(({ field, name }) => `${name}: place.${field}`);
  const ofRow = ownColumns('postgres', table).map(
    (column) => `${column.name}: ${code.written(column, writers)}`,
  );
  return code.build(['place', 'row'], `{ ${[...ofPlace, ...ofRow].join(', ')} }`);
}
