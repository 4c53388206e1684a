import { type OpenMode, SqliteConnection } from '../connection.ts';
import { needsReopening, storageFault } from '../fault.ts';

/** Reads what was committed, each time on one snapshot. */
export interface Snapshots {
  /** @throws {StorageFault} when the file cannot be read */
  read<T>(work: (connection: SqliteConnection) => T): Promise<T>;
  close(): void;
}

/** Snapshots of a database file, on a connection that cannot write. It is opened by the first read. */
export class FileSnapshots implements Snapshots {
  readonly #file: string;
  readonly #mode: OpenMode;
  #connection: SqliteConnection | undefined;

  constructor(file: string, mode: Exclude<OpenMode, 'read_write'> = 'read_only') {
    this.#file = file;
    this.#mode = mode;
  }

  /** A connection that failed is opened again by the next read. */
  read<T>(work: (connection: SqliteConnection) => T): Promise<T> {
    return new Promise((resolve) => {
      try {
        this.#connection ??= new SqliteConnection(this.#file, this.#mode);
        const connection = this.#connection;
        resolve(connection.snapshot(() => work(connection)));
      } catch (error) {
        if (needsReopening(error)) this.#connection = undefined;
        throw storageFault(error, 'read');
      }
    });
  }

  close(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }
}

/** Runs a read on one snapshot. */
export type Read = Snapshots['read'];
