import { type ColumnValues, mismatch } from '../columns.ts';

export { literal, text, textOrAbsent } from '../columns.ts';

/** Readers of one column, each of which checks the value of the driver. */

export function flag(row: ColumnValues, column: string): boolean {
  const value = row[column];
  if (typeof value !== 'boolean') throw mismatch(column, 'a boolean');
  return value;
}

/** An integer that a double holds exactly; the driver hands over those of 64 bits as text. */
export function integer(row: ColumnValues, column: string): number {
  const value = row[column];
  const parsed = typeof value === 'string' ? Number(value) : value;
  if (!Number.isSafeInteger(parsed)) throw mismatch(column, 'an integer');
  return Number(parsed);
}

export function integerOrAbsent(row: ColumnValues, column: string): number | undefined {
  return row[column] === null ? undefined : integer(row, column);
}

/** A 64-bit integer. */
export function big(row: ColumnValues, column: string): bigint {
  const value = row[column];
  if (typeof value !== 'string' && !Number.isSafeInteger(value)) throw mismatch(column, 'a 64-bit integer');
  return BigInt(String(value));
}

/** Bytes, as hexadecimal digits. */
export function hex(row: ColumnValues, column: string): string {
  return bytes(row, column).toString('hex');
}

export function bytes(row: ColumnValues, column: string): Buffer {
  const value = row[column];
  if (!Buffer.isBuffer(value)) throw mismatch(column, 'bytes');
  return value;
}

/** Rows that a subquery put into one column with `json_agg`; none where it gave NULL. */
export function rowsIn(row: ColumnValues, column: string): readonly ColumnValues[] {
  const value = row[column];
  if (value === null) return [];
  if (!Array.isArray(value)) throw mismatch(column, 'a list of rows');
  return value.map((element: unknown) => {
    if (typeof element !== 'object' || element === null) throw mismatch(column, 'a list of rows');
    return Object.fromEntries(Object.entries(element));
  });
}

/** Texts that a subquery put into one column with `json_agg`; none where it gave NULL. */
export function texts(row: ColumnValues, column: string): readonly string[] {
  const value = row[column];
  if (value === null) return [];
  if (!Array.isArray(value)) throw mismatch(column, 'a list of texts');
  return value.map((element: unknown) => {
    if (typeof element !== 'string') throw mismatch(column, 'a list of texts');
    return element;
  });
}

/** Bytes that hexadecimal digits name, as PostgreSQL reads them. */
export function bytea(digits: string): string {
  return `\\x${digits}`;
}

/** Rows as one parameter, which `json_to_recordset` takes apart. */
export function json(rows: readonly unknown[]): string {
  return JSON.stringify(rows, (_name, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}
