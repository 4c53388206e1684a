import { pipeline } from 'node:stream';
import { CsvError, type Parser, parse } from 'csv-parse';
import { csvDialect } from './csv-dialect.ts';
import { type CsvRecord, CsvTable, parseCsvRecord } from './csv-table.ts';
import { IngestStop } from './ingest-stop.ts';
import type { Input } from './input.ts';
import { type ReadRow, recordBytesMax } from './row.ts';

/** How to read a CSV file. */
export interface CsvOptions {
  /** the required columns, in groups of alternatives */
  readonly columns: readonly (readonly string[])[];
  /** between two fields; by default determined from the file */
  readonly delimiter?: string | undefined;
  /** whether a last line without a line break counts */
  readonly takesLastLine: boolean;
}

const newline = 0x0a;

/**
 * Reads a CSV file with a header line (RFC 4180, with any delimiter; LF or CRLF; UTF-8, with or without a byte order
 * mark).
 *
 * @throws {IngestStop} if the rest cannot be read: a lost quote, a record larger than the limit, a missing column
 */
export async function* readCsv(input: Input, options: CsvOptions): AsyncGenerator<ReadRow> {
  let lastByte = newline;
  async function* watched(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      lastByte = chunk.at(-1) ?? lastByte;
      yield chunk;
    }
  }
  const { delimiter, skippedBytes, chunks } = await csvDialect(input.stream, options.delimiter);
  // An error of the file destroys the parser, and so is thrown by the loop below.
  const parser = pipeline(chunks, watched, csvParser(delimiter), () => undefined);
  const skipped = { bytes: skippedBytes, lines: skippedBytes === 0 ? 0 : 1 };
  const table = new CsvTable(options.columns, skipped);
  // One record late: only the end of the file shows which record is the last.
  let last: CsvRecord | undefined;
  for await (const record of recordsOf(parser)) {
    if (last !== undefined) yield* table.read(last);
    if (record.kind === 'unclosed') {
      yield { kind: 'held_back', line: record.line + skipped.lines };
      return;
    }
    last = record;
  }
  if (last === undefined) throw new IngestStop('the file is empty', 'Name a file that has rows.');
  if (lastByte === newline) yield* table.read(last);
  else if ((options.takesLastLine || input.isCompressed) && (await input.isUnchanged()))
    yield* table.readUnended(last);
  else yield { kind: 'held_back', line: last.line + skipped.lines };
}

function csvParser(delimiter: string): Parser {
  return parse({
    bom: true,
    delimiter,
    info: true,
    max_record_size: recordBytesMax,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    skip_empty_lines: true,
  });
}

type ReadRecord = CsvRecord | { readonly kind: 'unclosed'; readonly line: number };

async function* recordsOf(parser: AsyncIterable<unknown>): AsyncGenerator<ReadRecord> {
  try {
    for await (const record of parser) yield parseCsvRecord(record);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // After any other error, the start of the next record is unknown.
    if (error.code !== 'CSV_QUOTE_NOT_CLOSED') {
      const advice = 'Fix the file there, or give its --delimiter, then run the command again.';
      throw new IngestStop(`not valid CSV: ${error.message}`, advice, error);
    }
    const line: unknown = error['lines'];
    yield { kind: 'unclosed', line: typeof line === 'number' ? line : 0 };
  }
}
