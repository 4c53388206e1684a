import { type Bulk, cutBulks } from './cut-bulks.ts';
import type { Input } from './input.ts';
import { columnsOf } from './mapping.ts';
import type { IngestOptions } from './options.ts';
import { readCsv } from './read-csv.ts';
import { readJson } from './read-json.ts';
import { readJsonl } from './read-jsonl.ts';
import type { ReadRow } from './row.ts';
import type { Tally } from './tally.ts';

/**
 * Reads a file, and cuts what its rows come to into bulks.
 *
 * @param onSource called with the name of the file once it is known
 * @throws {IngestStop} when the file cannot be read on
 */
export function readBulks(
  input: Input,
  options: IngestOptions,
  tally: Tally,
  onSource: (source: string) => void,
): AsyncGenerator<Bulk> {
  const { mapping, batchItems, source, idSource } = options;
  // The place of a row with an id says nothing, and so neither does how its file begins.
  const name = source ?? (mapping.rowId === undefined ? undefined : idSource);
  return cutBulks(rowsOf(input, options), { mapping, batchItems, source: name, onSource }, tally);
}

function rowsOf(input: Input, options: IngestOptions): AsyncGenerator<ReadRow> {
  const { format, mapping, delimiter, rowsPath, takesLastLine } = options;
  switch (format) {
    case 'csv':
      return readCsv(input, { columns: columnsOf(mapping), delimiter, takesLastLine });
    case 'jsonl':
      return readJsonl(input, rowsPath);
    case 'json':
      return readJson(input, rowsPath);
  }
}
