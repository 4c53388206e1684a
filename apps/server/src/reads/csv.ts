import { stringify } from 'csv-stringify/sync';

/** A value of a CSV file; `null` is an empty field. */
export type CsvValue = string | number | null;

/** A file of CSV: its columns by their names, in their order, and what a row has in each. */
export interface CsvForm<T, Column extends string = string> {
  readonly columns: readonly Column[];
  readonly rowOf: (item: T) => Readonly<Record<Column, CsvValue>>;
}

/**
 * Rows of CSV (RFC 4180). Text that a spreadsheet would interpret as a formula gets an apostrophe in front. This also
 * applies after each character at which a spreadsheet with another separator would split the text, because quotes in
 * the middle of a cell do not protect it. Numbers, which may be negative, get no apostrophe.
 *
 * @param lineEnd what ends a row
 */
export function csvRows<T, Column extends string>(
  { columns, rowOf }: CsvForm<T, Column>,
  items: readonly T[],
  lineEnd = '\r\n',
): string {
  return stringify(items.map(rowOf), { ...options, columns: [...columns], record_delimiter: lineEnd });
}

/** The row with the names of the columns. */
export function csvHead({ columns }: Pick<CsvForm<never>, 'columns'>, lineEnd = '\r\n'): string {
  return stringify([columns], { ...options, record_delimiter: lineEnd });
}

const options = {
  cast: {
    string: (text: string) =>
      /^-?\d+(?:\.\d+)?$/.test(text) ? text : text.split(afterSeparator).map(harmless).join(''),
  },
  // Every separator, and spaces at the ends, which some readers cut off.
  quoted_match: [/[",;\t\r\n']/, /^\s|\s$/],
};

/** Every position at which some spreadsheet may begin a cell. */
const afterSeparator = /(?<=[,;\t\r\n])/;
const formula = /^\s*[=+\-@|\uff1d\uff0b\uff0d\uff20]/u;

function harmless(piece: string, at: number): string {
  return formula.test(piece) || (at === 0 && /^\s/.test(piece)) ? `'${piece}` : piece;
}
