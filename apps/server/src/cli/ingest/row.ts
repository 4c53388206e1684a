/** A row of the file. */
export interface Row {
  readonly kind: 'row';
  readonly place: Place;
  /** the row as text, the same however its line ends and its fields are quoted: its digest is made of it */
  readonly text: string;
  /** the value in a column; `undefined` where the row has none */
  readonly field: (column: string) => unknown;
}

/** Where a row stands. */
export interface Place {
  /** 1 for the first row of data; blank lines are not counted */
  readonly row: number;
  /** the line of the file on which it ends */
  readonly line: number;
  /** the bytes of the file up to its end */
  readonly endByte: number;
}

/** A row that cannot be read as one. */
export interface BrokenRow {
  readonly kind: 'broken';
  readonly place: Place;
  readonly message: string;
}

/** What is read from a file, in its order. */
export type ReadRow =
  | { readonly kind: 'header'; readonly text: string }
  | Row
  | BrokenRow
  /** A last line without an end: whoever writes the file may not be done with it. */
  | { readonly kind: 'held_back'; readonly line: number };

/** The longest record of CSV that is read, in bytes: without a bound, a lost quote reads a whole file into memory. */
export const recordBytesMax = 1024 * 1024;
/** The most columns of a CSV file. */
export const columnsMax = 10_000;
