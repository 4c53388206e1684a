import { IngestStop } from './ingest-stop.ts';
import type { Place, ReadRow } from './row.ts';

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

/** What csv-parse gives for a record when it is asked for its place too. */
export function parseCsvRecord(value: unknown): CsvRecord {
  const { record, info } = value as ParsedRecord;
  return { kind: 'record', fields: record, line: info.lines, endByte: info.bytes };
}

/** Turns the records of a CSV file into rows: the first names the columns. */
export class CsvTable {
  readonly #wanted: readonly string[];
  #columns: ReadonlyMap<string, number> | undefined;
  #rows = 0;

  /** @param wanted the columns that must be there */
  constructor(wanted: readonly string[]) {
    this.#wanted = wanted;
  }

  /**
   * The row that a record is; nothing for a blank line.
   *
   * @throws {IngestStop} when a wanted column is missing
   */
  *read(record: CsvRecord): Generator<ReadRow> {
    const { fields, line, endByte } = record;
    if (fields.length === 1 && fields[0]?.trim() === '') return;
    if (this.#columns === undefined) {
      this.#columns = columnsOf(fields, this.#wanted);
      yield { kind: 'header', text: JSON.stringify(fields) };
      return;
    }
    this.#rows += 1;
    yield this.#row(fields, this.#columns, { row: this.#rows, line, endByte });
  }

  /** The same for a last line that nothing ends; one that shows itself to be half a row is held back. */
  *readUnended(record: CsvRecord): Generator<ReadRow> {
    // The file may have been cut between CR and LF.
    const fields = record.fields.map((field) => field.replace(/\r$/, ''));
    for (const row of this.read({ ...record, fields })) {
      yield row.kind === 'broken' ? { kind: 'held_back', line: record.line } : row;
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

function columnsOf(header: readonly string[], wanted: readonly string[]): ReadonlyMap<string, number> {
  const columns = new Map(header.map((name, index) => [name.trim(), index]));
  const missing = wanted.filter((name) => !columns.has(name));
  if (missing.length > 0) {
    throw new IngestStop(`the file has no column ${missing.join(', ')}; its header is ${header.join(', ')}`);
  }
  if (columns.size < header.length) throw new IngestStop('two columns of the header have the same name');
  return columns;
}
