/** A value of a CSV file; `null` is an empty field. */
export type CsvValue = string | number | null;

/**
 * A row of CSV (RFC 4180). Text that a spreadsheet would take for a formula gets an apostrophe in front, also after a character
 * that a spreadsheet set to another separator would cut it at: quotes are none in the middle of its cells. Numbers, which may be
 * below 0, get none.
 */
export function csvRow(values: readonly CsvValue[]): string {
  return `${values.map(csvField).join(',')}\r\n`;
}

function csvField(value: CsvValue): string {
  if (value === null) return '';
  if (typeof value === 'number' || /^-?\d+$/.test(value)) return String(value);
  const text = value.split(afterSeparator).map(harmless).join('');
  return /[",;\t\r\n']/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Every place that some spreadsheet may begin a cell at. */
const afterSeparator = /(?<=[,;\t\r\n])/;
const formula = /^\s*[=+\-@|\uff1d\uff0b\uff0d\uff20]/u;

function harmless(piece: string, at: number): string {
  return formula.test(piece) || (at === 0 && /^\s/.test(piece)) ? `'${piece}` : piece;
}
