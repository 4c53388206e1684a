import { type ColumnValues, mismatch, text } from '../columns.ts';

export { literal, text, textOrAbsent } from '../columns.ts';

/** Readers of one column, each of which checks the value of SQLite. */

/** An integer that a double holds exactly; node:sqlite itself refuses to return any other as a number. */
export function integer(row: ColumnValues, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw mismatch(column, 'an integer');
  return value;
}

export function integerOrAbsent(row: ColumnValues, column: string): number | undefined {
  return row[column] === null ? undefined : integer(row, column);
}

/** A 64-bit integer that the query casts to text, because a double does not hold it. */
export function big(row: ColumnValues, column: string): bigint {
  return BigInt(text(row, column));
}

/** Bytes, as hexadecimal digits. */
export function hex(row: ColumnValues, column: string): string {
  const value = row[column];
  if (!(value instanceof Uint8Array)) throw mismatch(column, 'bytes');
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex');
}

/** A UUID that is stored as its 16 bytes. */
export function uuid(row: ColumnValues, column: string): string {
  const digits = hex(row, column);
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`;
}

/** The 16 bytes of a UUID. */
export function uuidBytes(id: string): Uint8Array {
  return Buffer.from(digitsOf(id), 'hex');
}

/** The hexadecimal digits of a UUID. */
export function digitsOf(id: string): string {
  // By place, not by pattern: this runs for every entry of a bulk.
  return id.slice(0, 8) + id.slice(9, 13) + id.slice(14, 18) + id.slice(19, 23) + id.slice(24);
}

/** The bytes that hexadecimal digits name. */
export function bytes(digits: string): Uint8Array {
  return Buffer.from(digits, 'hex');
}
