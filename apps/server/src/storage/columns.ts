/** A row as a driver returns it. */
export type ColumnValues = Readonly<Record<string, unknown>>;

/** Readers of one column, each of which checks the value of the driver; those that differ are in the folder of their engine. */

export function text(row: ColumnValues, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw mismatch(column, 'text');
  return value;
}

export function textOrAbsent(row: ColumnValues, column: string): string | undefined {
  return row[column] === null ? undefined : text(row, column);
}

/** One of some texts. */
export function literal<T extends string>(row: ColumnValues, column: string, values: readonly T[]): T {
  const value = values.find((one) => one === row[column]);
  if (value === undefined) throw mismatch(column, `one of ${values.join(', ')}`);
  return value;
}

/** The error for a column whose value has another type. */
export function mismatch(column: string, wanted: string): Error {
  return new Error(`column ${column} is not ${wanted}`);
}
