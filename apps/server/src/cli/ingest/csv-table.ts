import { IngestStop } from './ingest-stop.ts';
import { columnsMax, type Place, type ReadRow } from './row.ts';

/** A record of a CSV file, as it was parsed. */
export interface CsvRecord {
  readonly kind: 'record';
  readonly fields: readonly string[];
  readonly line: number;
  readonly endByte: number;
}

interface ParsedRecord {
  readonly record: readonly string[];
  readonly info: { readonly lines: number; readonly bytes: number };
}

/** The result of csv-parse for a record, with its position. */
export function parseCsvRecord(value: unknown): CsvRecord {
  const { record, info } = value as ParsedRecord;
  return { kind: 'record', fields: record, line: info.lines, endByte: info.bytes };
}

/** Turns the records of a CSV file into rows: the first names the columns. */
export class CsvTable {
  readonly #wanted: readonly (readonly string[])[];
  readonly #skipped: { readonly bytes: number; readonly lines: number };
  #columns: ReadonlyMap<string, number> | undefined;
  #rows = 0;

  /**
   * @param wanted the required columns, in groups of alternatives
   * @param skipped the lines before the header
   */
  constructor(wanted: readonly (readonly string[])[], skipped = { bytes: 0, lines: 0 }) {
    this.#wanted = wanted;
    this.#skipped = skipped;
  }

  /**
   * The row of a record; nothing for a blank line.
   *
   * @throws {IngestStop} if a required column is missing
   */
  *read(record: CsvRecord): Generator<ReadRow> {
    const { fields } = record;
    const line = record.line + this.#skipped.lines;
    const endByte = record.endByte + this.#skipped.bytes;
    if (fields.length === 1 && fields[0]?.trim() === '') return;
    if (this.#columns === undefined) {
      this.#columns = columnsOf(fields, this.#wanted);
      yield { kind: 'header', text: JSON.stringify(fields) };
      return;
    }
    this.#rows += 1;
    yield this.#row(fields, this.#columns, { row: this.#rows, line, endByte });
  }

  /** The same for a last line without a line break; if it is evidently incomplete, it is held back. */
  *readUnended(record: CsvRecord): Generator<ReadRow> {
    // The file may have been cut between CR and LF.
    const fields = record.fields.map((field) => field.replace(/\r$/, ''));
    for (const row of this.read({ ...record, fields })) {
      yield row.kind === 'broken' ? { kind: 'held_back', line: row.place.line } : row;
    }
  }

  #row(fields: readonly string[], columns: ReadonlyMap<string, number>, place: Place): ReadRow {
    if (fields.length !== columns.size) {
      const message = `has ${fields.length} fields where the header has ${columns.size}`;
      return { kind: 'broken', place, message };
    }
    return {
      kind: 'row',
      place,
      text: JSON.stringify(fields),
      field: (column) => fields[columns.get(column) ?? -1],
    };
  }
}

function columnsOf(
  header: readonly string[],
  wanted: readonly (readonly string[])[],
): ReadonlyMap<string, number> {
  if (header.length > columnsMax) {
    throw new IngestStop(
      `the file has more than ${columnsMax} columns`,
      'Give its --delimiter, or leave out columns, then run the command again.',
    );
  }
  const columns = new Map(header.map((name, index) => [name.trim(), index]));
  const missing = wanted.filter((names) => !names.some((name) => columns.has(name)));
  if (missing.length > 0) {
    const names = missing.map((group) => group.join(' or ')).join(', ');
    throw new IngestStop(
      `the file has no column ${names}; its header is ${header.join(', ').slice(0, 2_000)}`,
      'Correct the name of the column in the options, or give the --delimiter or the --preset of this file.',
    );
  }
  if (columns.size < header.length) {
    throw new IngestStop(
      'two columns of the header have the same name',
      'Rename one of them in the file, then run the command again.',
    );
  }
  return columns;
}
