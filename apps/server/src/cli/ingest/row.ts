/** A row of the file. */
export interface FileRow {
  readonly kind: 'row';
  readonly place: Place;
  /** the row as text, independent of its line ending and the quotes of its fields: its digest is computed from this */
  readonly text: string;
  /** the value in a column; `undefined` if the row has none */
  readonly field: (column: string) => unknown;
  /** of JSON: the path of a list in the row whose elements have the column */
  readonly listWith?: (column: string) => string | undefined;
}

/** The place of a row. */
export interface Place {
  /** 1 for the first row of data; blank lines are not counted */
  readonly row: number;
  /** the line of the file on which it ends */
  readonly line: number;
  /** the bytes of the file up to its end */
  readonly endByte: number;
}

/** A row that cannot be read. */
export interface BrokenRow {
  readonly kind: 'broken';
  readonly place: Place;
  readonly message: string;
}

/** A result of reading a file, in the order of the file. */
export type ReadRow =
  | { readonly kind: 'header'; readonly text: string }
  | FileRow
  | BrokenRow
  /** A last line without a line break: another program may still be writing it. */
  | { readonly kind: 'held_back'; readonly line: number };

/** The longest record of CSV, in bytes: without this limit, a lost quote would read the whole file into memory. */
export const recordBytesMax = 1024 * 1024;
/** The most columns of a CSV file. */
export const columnsMax = 10_000;
