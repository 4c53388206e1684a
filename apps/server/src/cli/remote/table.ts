/** Rows under a head, in columns; numbers are given as text. Without rows, a text. */
export function tableOf(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  otherwise: string,
): string {
  if (rows.length === 0) return `${otherwise}\n`;
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => widthOf(row[column] ?? ''))));
  return all.map((row) => `${lineOf(row, widths)}\n`).join('');
}

/** Names and their values, one below the other. */
export function pairsOf(pairs: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...pairs.map(([name]) => name.length));
  return pairs.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join('');
}

function lineOf(row: readonly string[], widths: readonly number[]): string {
  const cells = row.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell)));
  return cells.join('  ').trimEnd();
}

/** In characters as a person counts them. */
function widthOf(text: string): number {
  return [...text].length;
}
