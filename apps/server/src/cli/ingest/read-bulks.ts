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
 * Reads a file, and cuts its rows into bulks.
 *
 * @param onSource called with the name of the file once it is known
 * @throws {IngestStop} if the rest of the file cannot be read
 */
export function readBulks(
  input: Input,
  options: IngestOptions,
  tally: Tally,
  onSource: (source: string) => void,
): AsyncGenerator<Bulk> {
  const { mapping, batchItems, source, idSource } = options;
  // For a row with an id, its place does not matter, and neither does the beginning of its file.
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
