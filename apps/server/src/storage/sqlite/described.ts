import type { SQLInputValue } from 'node:sqlite';
import { Code, generateParser, type Parser, type Readers, type Writers } from '../generated.ts';
import {
  type Columns,
  columnsOn,
  type Kind,
  madeColumns,
  type NamedColumn,
  onConflict,
  ownColumns,
  serviceColumn,
  type Table,
  tableName,
  type WrittenOf,
} from '../table.ts';
import { big, bytes, hex, integer, text, uuid, uuidBytes } from './columns.ts';
import type { SqliteRow } from './connection.ts';

/** SQL and functions for SQLite that follow from the description of a table. */

const readers: Readers<SqliteRow> = {
  text,
  count: integer,
  small: integer,
  amount: big,
  flag: (row, column) => integer(row, column) === 1,
  id: uuid,
  digest: hex,
  account: integer,
};

/** The driver binds texts, numbers and amounts as they are. */
const writers: Writers = {
  flag: (value: boolean) => (value ? 1 : 0),
  id: uuidBytes,
  digest: bytes,
};

export const columnTypes: Readonly<Record<Kind, string>> = {
  text: 'TEXT',
  count: 'INTEGER',
  small: 'INTEGER',
  amount: 'INTEGER',
  flag: 'INTEGER',
  id: 'BLOB',
  digest: 'BLOB',
  account: 'INTEGER',
};

/** The columns of a row as a `SELECT` lists them. */
export function selectList({ columns }: Table, alias?: string, joinedAlias?: string): string {
  return columnsOn('sqlite', columns)
    .filter(({ column }) => column.from !== 'part')
    .map(({ name, column }) => {
      if (column.from === 'service') return `${serviceColumn(name, joinedAlias)} AS ${name}`;
      const source = column.from === 'joined' ? joinedAlias : alias;
      const place = source === undefined ? name : `${source}.${name}`;
      // A double does not hold 64 bits.
      return column.kind === 'amount' ? `CAST(${place} AS TEXT) AS ${name}` : place;
    })
    .join(', ');
}

/** Makes a row: the values of its place, those of its fields, and those of other columns that are named. */
export function insertSql(table: Table, beside: readonly string[] = []): string {
  const { into, columns } = rowsOf(table, beside);
  const places = Array.from({ length: columns }, () => '?').join(', ');
  return `INSERT INTO ${into} VALUES (${places})`;
}

/** The table with the columns of a row that is made, and how many they are. */
export function rowsOf(
  table: Table,
  beside: readonly string[] = [],
): { readonly into: string; readonly columns: number } {
  const names = [...madeColumns('sqlite', table).map(({ name }) => name), ...beside];
  return { into: `${tableName(table, 'sqlite')} (${names.join(', ')})`, columns: names.length };
}

/** Makes a row, or gives the existing row the values that may change. */
export function upsertSql(table: Table): string {
  return `${insertSql(table)} ${onConflict('sqlite', table)}`;
}

/** Sets the columns of a row that may change, and others that are named. */
export function updateSql(table: Table, beside: readonly string[], where: string): string {
  const names = [...changing(table).map(({ name }) => name), ...beside];
  return `UPDATE ${tableName(table, 'sqlite')} SET ${names.map((name) => `${name} = ?`).join(', ')} WHERE ${where}`;
}

export function parserOf<C extends Columns>(table: Table<C>): Parser<SqliteRow, C> {
  return generateParser('sqlite', table, readers);
}

/** The values of a row's fields as they are bound, in the order of its columns. */
export function valuesOf<C extends Columns>(table: Table<C>): (row: WrittenOf<C>) => SQLInputValue[] {
  return listOf(ownColumns('sqlite', table));
}

/** The values of those that may change. */
export function changedValuesOf<C extends Columns>(table: Table<C>): (row: WrittenOf<C>) => SQLInputValue[] {
  return listOf(changing(table));
}

function listOf<C extends Columns>(columns: readonly NamedColumn[]): (row: WrittenOf<C>) => SQLInputValue[] {
  const code = new Code();
  const values = columns.map((column) => code.written(column, writers));
  return code.build(['row'], `[${values.join(', ')}]`);
}

function changing(table: Table): NamedColumn[] {
  return ownColumns('sqlite', table).filter(({ column }) => column.role === 'value');
}
