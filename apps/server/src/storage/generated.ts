import {
  type Columns,
  columnsOn,
  type Engine,
  type Kind,
  type NamedColumn,
  type PartsOf,
  type RowOf,
  type Table,
} from './table.ts';

/**
 * Functions that are generated from the descriptions of tables, once each, when the process starts. They are as fast
 * for each row as handwritten code; a loop over the columns takes twice as long (ADR 0075). Their code comes only from
 * the descriptions, never from a request.
 */

/** A function that generated code calls. */
type Callee = (...values: never[]) => unknown;

/** How an engine reads each kind of column. */
export type Readers<R> = Readonly<Record<Kind, (row: R, column: string) => unknown>>;

/** How an engine writes a kind of column; a kind without a writer is passed on unchanged. */
export type Writers = Partial<Record<Kind, (value: never) => unknown>>;

/** Reads a row; the parts of a row are passed as well. */
export type Parser<R, C extends Columns> = (
  row: R,
  ...parts: keyof PartsOf<C> extends never ? readonly unknown[] : [PartsOf<C>]
) => RowOf<C>;

/** The code of one function, and what it calls. */
export class Code {
  readonly #callees: Callee[] = [];

  /** A call of a function in an expression. */
  call(callee: Callee, ...values: readonly string[]): string {
    const known = this.#callees.indexOf(callee);
    const number = known === -1 ? this.#callees.push(callee) - 1 : known;
    return `f${number}(${values.join(', ')})`;
  }

  /** A value of a row's field as a statement takes it. */
  written({ field, column }: NamedColumn, writers: Writers): string {
    const write = column.encode ?? writers[column.kind];
    if (write === undefined) return column.isOptional ? `row.${field} ?? null` : `row.${field}`;
    const value = this.call(write, `row.${field}`);
    return column.isOptional ? `row.${field} === undefined ? null : ${value}` : value;
  }

  /** The function that returns the value of an expression. Its caller knows its type from the description. */
  build<F>(parameters: readonly string[], expression: string): F {
    const names = this.#callees.map((_, number) => `f${number}`);
    const make = new Function(...names, `return (${parameters.join(', ')}) => (${expression});`);
    return make(...this.#callees);
  }
}

/** The reader of the rows of a table. */
export function generateParser<R, C extends Columns>(
  engine: Engine,
  { columns }: Table<C>,
  readers: Readers<R>,
): Parser<R, C> {
  const code = new Code();
  const fields = columnsOn(engine, columns).map(({ field, name, column }) => {
    if (column.from === 'part') return `${field}: parts.${field}`;
    const read = code.call(readers[column.kind], 'row', JSON.stringify(name));
    const value = column.decode === undefined ? read : code.call(column.decode, read, JSON.stringify(name));
    return `${field}: ${column.isOptional ? `row.${name} === null ? undefined : ${value}` : value}`;
  });
  return code.build(['row', 'parts'], `{ ${fields.join(', ')} }`);
}

/** The function that makes a row of the values of its columns. */
export function rowMaker<V>(names: readonly string[]): (values: readonly V[]) => Record<string, V> {
  const fields = names.map((name, place) => `${JSON.stringify(name)}: values[${place}]`);
  return new Code().build(['values'], `{ ${fields.join(', ')} }`);
}
