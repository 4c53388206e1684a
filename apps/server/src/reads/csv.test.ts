import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CsvValue, csvHead, csvRows } from './csv.ts';

/** A row of fields. Each column is named by its position. */
function csvRow(fields: readonly CsvValue[]): string {
  const columns = fields.map((_, index) => `c${index}`);
  const rowOf = (row: readonly CsvValue[]) =>
    Object.fromEntries(columns.map((name, index) => [name, row[index] ?? null]));
  return csvRows({ columns, rowOf }, [fields]);
}

test('no text of a caller becomes a formula, and no field reaches into another', () => {
  for (const text of ['=1+1', '+1+1', '-1+1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', ' =1', '|calc', '＝1']) {
    assert.match(csvRow([text]), /^"'/, JSON.stringify(text));
    for (const separator of [',', ';', '\t', '\r', '\n', '\r\n']) {
      const row = csvRow([1, `a${separator}${text}`, 'b']);
      // The row is cut at every separator, and quotes are ignored.
      for (const cell of row.split(/[,;\t\r\n]/))
        assert.doesNotMatch(cell, /^"?\s*[=+\-@|＝]/u, JSON.stringify(row));
    }
  }
  assert.equal(csvRow(['a', 'b"c', 'd,e', 'f\r\ng']), 'a,"b""c","d,e","f\r\ng"\r\n');
  assert.equal(csvRow(['d;e', 'paid, with thanks', 'a; -5']), '"d;e","paid, with thanks","a;\' -5"\r\n');
});

test('numbers and amounts stay numbers, even below 0', () => {
  assert.equal(csvRow([-3, 0, null, '-93500', '12', '-1.5', '0.25']), '-3,0,,-93500,12,-1.5,0.25\r\n');
  assert.match(csvRow(['-1.5x']), /^"'/);
});

test('fields are picked by the names of their columns, whichever order a row has them in', () => {
  const form = {
    columns: ['a', 'b'],
    rowOf: (row: { readonly a: number; readonly b: string }) => row,
  } as const;
  const rows = [
    { b: 'x', extra: 9, a: 1 },
    { a: 2, b: 'y' },
  ];
  assert.equal(csvHead(form) + csvRows(form, rows), 'a,b\r\n1,x\r\n2,y\r\n');
  assert.equal(csvRows(form, rows, '\n'), '1,x\n2,y\n');
  assert.equal(csvRows(form, []), '');
});
