import type { Json } from '@billonce/idempotency/core';
import { mismatch } from './columns.ts';

/** The two engines, where their tables differ. */
export type Engine = 'sqlite' | 'postgres';

/**
 * What a column holds. Each engine has one type of column for each, one way to read it and one to write it.
 *
 * `count` is an integer that a double holds exactly, and `small` one of 32 bits. `amount` is a `bigint` of 64 bits. `id` is a UUID, `digest` hexadecimal digits. `account` refers to an account
 * in the rows of other tables: a number on SQLite, a UUID on PostgreSQL.
 */
export type Kind = 'text' | 'count' | 'small' | 'amount' | 'flag' | 'id' | 'digest' | 'account';

/** A name that may differ between the engines. */
type Name = string | Readonly<Record<Engine, string>>;

/** A column, or another field of the row that is read with it. `T` is the type of the field. */
export interface Column<T> {
  readonly kind: Kind;
  readonly isOptional: boolean;
  /** `key` names the row, `fixed` never changes after the row was made, `value` may */
  readonly role: 'key' | 'fixed' | 'value';
  /** in the database; `undefined` where it follows from the name of the field */
  readonly name: Name | undefined;
  /** the only engine that has it; `undefined` for both */
  readonly engine: Engine | undefined;
  /** `joined` is a column of another table, `service` one of the service of the account, `part` a field that is passed to the reader */
  readonly from: 'table' | 'joined' | 'service' | 'part';
  /** of a text that holds something else */
  readonly decode: ((stored: string, column: string) => T) | undefined;
  readonly encode: ((value: never) => string) | undefined;
}

/** A field that is passed to the reader of a row, because it contains rows of other tables. */
interface Part<T> extends Column<T> {
  readonly from: 'part';
}

export type Columns = Readonly<Record<string, Column<unknown>>>;

/** A table, described once for both engines. */
export interface Table<C extends Columns = Columns, P extends Columns = Columns> {
  readonly name: Name;
  /** columns for the place of a row; the engine knows them, and they are not fields of the row */
  readonly place: P;
  /** the fields of a row, in the order of its columns */
  readonly columns: C;
  /** columns that only the engine's own statements read or write */
  readonly beside: Columns;
}

type ValueOf<C> = C extends Column<infer T> ? T : never;
type FieldsFrom<C extends Columns, From> = {
  [F in keyof C]: C[F] extends { readonly from: From } ? F : never;
}[keyof C];
type AbsentFields<C extends Columns> = {
  [F in keyof C]: undefined extends ValueOf<C[F]> ? F : never;
}[keyof C];

/** A row as it is read. */
export type RowOf<C extends Columns> = { readonly [F in keyof C]: ValueOf<C[F]> };
/** The fields that are passed to the reader of a row. */
export type PartsOf<C extends Columns> = { readonly [F in FieldsFrom<C, 'part'>]: ValueOf<C[F]> };
/** A row as it is written. */
export type WrittenOf<C extends Columns> = {
  readonly [F in Exclude<keyof C, FieldsFrom<C, 'part'> | AbsentFields<C>>]: ValueOf<C[F]>;
} & { readonly [F in Exclude<AbsentFields<C>, FieldsFrom<C, 'part'>>]?: ValueOf<C[F]> };

/** Describes a table. */
export function table<C extends Columns, P extends Columns>({
  name,
  place,
  columns,
  beside = {},
}: {
  readonly name: Name;
  readonly place: P;
  readonly columns: C;
  readonly beside?: Columns;
}): Table<C, P> {
  return { name, place, columns, beside };
}

/** Whether what a file exports is a table. */
export function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && 'place' in value && 'beside' in value;
}

export const text = () => columnOf<string>('text');
export const count = () => columnOf<number>('count');
export const small = () => columnOf<number>('small');
export const amount = () => columnOf<bigint>('amount');
export const flag = () => columnOf<boolean>('flag');
export const id = () => columnOf<string>('id');
export const digest = () => columnOf<string>('digest');
/** On SQLite it is a number, which its own statements bind. */
export const accountId = () => columnOf<string>('account');

/** A column that stores another type as a text. */
export function coded<T>(
  decode: (stored: string, column: string) => T,
  encode: (value: T) => string,
): Column<T> {
  return { ...columnOf<T>('text'), decode, encode };
}

/** A JSON object, as a text. */
export const json = () =>
  coded<{ readonly [name: string]: Json }>((stored) => JSON.parse(stored), JSON.stringify);

/** One of some texts. */
export function literal<const T extends string>(values: readonly T[]): Column<T> {
  const decode = (stored: string, column: string) => {
    const value = values.find((one) => one === stored);
    if (value === undefined) throw mismatch(column, `one of ${values.join(', ')}`);
    return value;
  };
  return { ...columnOf<T>('text'), decode };
}

export function optional<T>(column: Column<T>): Column<T | undefined> {
  return { ...column, isOptional: true };
}

/** One of the columns that name the row, after its place. */
export function key<T>(column: Column<T>): Column<T> {
  return { ...column, role: 'key' };
}

/** A column that never changes after the row was made. */
export function fixed<T>(column: Column<T>): Column<T> {
  return { ...column, role: 'fixed' };
}

/** A column whose name does not follow from that of its field. */
export function named<T>(name: Name, column: Column<T>): Column<T> {
  return { ...column, name };
}

/** A column that one engine alone has. */
export function only<T>(engine: Engine, column: Column<T>): Column<T> {
  return { ...column, engine };
}

/** A column of another table, with which this one is read. */
export function joined<T>(column: Column<T>): Column<T> {
  return { ...column, from: 'joined' };
}

/** A column of the service of the account with which this row is read; null if that is not registered. */
export function ofService<T>(column: Column<T>): Column<T> {
  return { ...column, from: 'service' };
}

export function part<T>(): Part<T> {
  return { ...columnOf<T>('text'), from: 'part' };
}

function columnOf<T>(kind: Kind): Column<T> {
  return {
    kind,
    isOptional: false,
    role: 'value',
    name: undefined,
    engine: undefined,
    from: 'table',
    decode: undefined,
    encode: undefined,
  };
}

/** A column with the names that it has in the code and on one engine. */
export interface NamedColumn {
  readonly field: string;
  readonly name: string;
  readonly column: Column<unknown>;
}

export function tableName({ name }: Table, engine: Engine): string {
  return typeof name === 'string' ? name : name[engine];
}

/** The columns of some fields that an engine has, in their order. */
export function columnsOn(engine: Engine, columns: Columns): NamedColumn[] {
  return Object.entries(columns)
    .filter(([, column]) => column.engine === undefined || column.engine === engine)
    .map(([field, column]) => ({ field, name: nameOn(engine, field, column), column }));
}

/** The columns that a table itself has for the fields of its rows. */
export function ownColumns(engine: Engine, { columns }: Table): NamedColumn[] {
  return columnsOn(engine, columns).filter(({ column }) => column.from === 'table');
}

/** A column of the service of an account, as a `SELECT` lists it. */
export function serviceColumn(name: string, account = 'a', tenant = `${account}.tenant`): string {
  return `(SELECT v.${name} FROM services AS v WHERE v.tenant = ${tenant} AND v.service_id = ${account}.service_id)`;
}

/** All columns that a row is made with: those of its place, then those of its fields. */
export function madeColumns(engine: Engine, table: Table): NamedColumn[] {
  return [...columnsOn(engine, table.place), ...ownColumns(engine, table)];
}

/** What follows an `INSERT` so that an existing row takes the values that may change. */
export function onConflict(engine: Engine, table: Table): string {
  const columns = ownColumns(engine, table);
  const keys = columns.filter(({ column }) => column.role === 'key');
  const names = [...columnsOn(engine, table.place), ...keys].map(({ name }) => name);
  return `ON CONFLICT (${names.join(', ')}) DO UPDATE SET ${changes(engine, table, 'excluded')}`;
}

/** Sets each column that may change to the value of another row. */
function changes(engine: Engine, table: Table, source: string): string {
  return ownColumns(engine, table)
    .filter(({ column }) => column.role === 'value')
    .map(({ name }) => `${name} = ${source}.${name}`)
    .join(', ');
}

function nameOn(engine: Engine, field: string, { name }: Column<unknown>): string {
  if (name !== undefined) return typeof name === 'string' ? name : name[engine];
  return field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
