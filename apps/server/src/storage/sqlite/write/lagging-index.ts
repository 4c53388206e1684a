import type { SqliteConnection } from '../connection.ts';

/** A table that is the index of another one, as a lagging index fills it. */
export interface IndexTable<R> {
  /** the most that is collected before it is written as a run */
  readonly runRows: number;
  /** the order of the index */
  readonly compare: (a: R, b: R) => number;
  /** the name by which a row that may not be in the index is found; of several rows with the name, the last one */
  readonly nameOf: (row: R) => string;
  readonly writeRows: (connection: SqliteConnection, rows: readonly R[]) => void;
  /** Records that every row up to the last one of a run is in the index. */
  readonly saveThrough: (connection: SqliteConnection, run: readonly R[]) => void;
  /** The rows that may not be in the index, in the order in which they were made. */
  readonly loadTail: (connection: SqliteConnection) => readonly R[];
}

/** Rows that may not be in the index, and where they are found. */
class Part<R> {
  readonly rows: R[] = [];
  readonly byName = new Map<string, R>();

  add(row: R, name: string): void {
    this.rows.push(row);
    this.byName.set(name, row);
  }
}

/** Rows in the order of the index, and how many of them were written. */
interface Run<R> {
  readonly part: Part<R>;
  readonly sorted: readonly R[];
  readonly written: number;
  /** how many rows must be written for the batches since the last slice */
  readonly owed: number;
}

/**
 * For each batch, this many rows of a run are written, plus twice as many as the batch has added, so that a run ends
 * long before the next one.
 */
const owedMin = 64;
/**
 * The least number of rows in a slice, unless half a run is fewer. Smaller slices write the pages at their ends, and
 * the pages above them, again for few rows: in batches of 24, a single usage with a key wrote 4,260 bytes to the log
 * with a slice for each batch, and 3,620 with this size. Larger slices would delay their batch by more than a
 * millisecond.
 */
const sliceRowsMin = 256;

/**
 * An index that lags behind its table. Rows are appended to the table, on pages that a batch has in common; in the index, each has a
 * page to itself, and to write one for each row is most of what a write costs. So rows are collected here, and written some thousands
 * later as a run, in the order of the index, a slice with some of the batches (docs/adr/0081).
 *
 * What keeps it sound: the row of the table is the fact, and what is in the index and what is here always cover all of them.
 * 1. What is here changes only after the `COMMIT`. After a fault of that, or of the connection, it is forgotten, and read again from the
 *    table.
 * 2. A run is written with the batches; that it is in the index is noted in the transaction of its last slice.
 * 3. Until that is committed, its rows are found here.
 * 4. A reader without this looks through the rows of the table that are not noted.
 * 5. A row that is in the index already is written once more, and that changes nothing.
 */
export class LaggingIndex<R> {
  readonly #table: IndexTable<R>;
  readonly #sliceRows: number;
  #collected = new Part<R>();
  #run: Run<R> | undefined;
  #isKnown = false;

  constructor(table: IndexTable<R>) {
    this.#table = table;
    this.#sliceRows = Math.min(sliceRowsMin, Math.ceil(table.runRows / 2));
  }

  /** Begins a batch, inside its transaction: reads the rows that may not be in the index, if they are not known. */
  begin(connection: SqliteConnection): void {
    if (this.#isKnown) return;
    const tail = this.#table.loadTail(connection);
    // An earlier attempt may have ended halfway.
    this.forget();
    this.#collect(tail);
    this.#isKnown = true;
  }

  /** The last row of a name, among those that may not be in the index. */
  find(name: string): R | undefined {
    return this.#collected.byName.get(name) ?? this.#run?.part.byName.get(name);
  }

  /**
   * Writes a slice of the run if one is due, in the transaction of a batch.
   *
   * @param made the rows that the batch appended to the table
   * @returns what is to be done after its `COMMIT`
   */
  write(connection: SqliteConnection, made: readonly R[]): () => void {
    const run = this.#run;
    if (run === undefined) return () => this.#collect(made);
    const owed = run.owed + Math.max(owedMin, 2 * made.length);
    if (owed < this.#sliceRows && run.written + owed < run.sorted.length) {
      return () => {
        this.#run = { ...run, owed };
        this.#collect(made);
      };
    }
    const end = run.written + owed;
    this.#table.writeRows(connection, run.sorted.slice(run.written, end));
    const isWritten = end >= run.sorted.length;
    if (isWritten) this.#table.saveThrough(connection, run.sorted);
    return () => {
      this.#run = isWritten ? undefined : { ...run, written: end, owed: 0 };
      this.#collect(made);
    };
  }

  /**
   * Writes everything that may not be in the index, in the transaction of a sweep.
   *
   * @returns what is to be done after its `COMMIT`
   */
  writeAll(connection: SqliteConnection): () => void {
    this.begin(connection);
    const rows = [...(this.#run?.part.rows ?? []), ...this.#collected.rows];
    this.#table.writeRows(connection, rows.toSorted(this.#table.compare));
    if (rows.length > 0) this.#table.saveThrough(connection, rows);
    return () => {
      this.#run = undefined;
      this.#collected = new Part();
    };
  }

  forget(): void {
    this.#collected = new Part();
    this.#run = undefined;
    this.#isKnown = false;
  }

  #collect(made: readonly R[]): void {
    for (const row of made) this.#collected.add(row, this.#table.nameOf(row));
    if (this.#run !== undefined || this.#collected.rows.length < this.#table.runRows) return;
    const part = this.#collected;
    this.#run = { part, sorted: part.rows.toSorted(this.#table.compare), written: 0, owed: 0 };
    this.#collected = new Part();
  }
}
