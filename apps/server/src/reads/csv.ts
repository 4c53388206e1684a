/** A value of a CSV file; `null` is an empty field. */
export type CsvValue = string | number | null;

/**
 * A row of CSV (RFC 4180). Text that a spreadsheet would take for a formula gets an apostrophe in front; numbers,
 * which may be below 0, do not.
 */
export function csvRow(values: readonly CsvValue[]): string {
  return `${values.map(csvField).join(',')}\r\n`;
}

function csvField(value: CsvValue): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const isAmount = /^-?\d+$/.test(value);
  const text = !isAmount && /^[\s=+\-@|\uff1d\uff0b\uff0d\uff20]/u.test(value) ? `'${value}` : value;
  return /[",\r\n']/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
}
