import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type OpenMode, SqliteConnection } from '../connection.ts';

/**
 * The use of a database file by a command that only reads, whether or not a server is running on it. SQLite makes a log and
 * an index beside such a file, and a connection that only reads cannot remove them again.
 */
export class Reading {
  readonly file: string;
  /** how to open it: if no file can be created next to it, as a file that does not change */
  readonly mode: Exclude<OpenMode, 'read_write'>;
  readonly #before: string;

  /** @param name of a file that exists */
  constructor(name: string) {
    this.file = realpathSync(name);
    const hasLog = logBytes(this.file) !== undefined;
    this.mode =
      !hasLog && !(isWritable(this.file) && isWritable(dirname(this.file))) ? 'immutable' : 'read_only';
    this.#before = stateOf(this.file);
  }

  /**
   * Removes the files that reading has created next to it. SQLite does this when the last connection that may write is
   * closed, and keeps files that another process has open.
   *
   * @throws {Error} if the file was read as one that does not change, and has changed
   */
  end(): void {
    if (this.mode === 'immutable') {
      if (stateOf(this.file) === this.#before && logBytes(this.file) === undefined) return;
      throw new Error(`${this.file} has changed while it was read: run the command again`);
    }
    // A log that is not empty belongs to a server that runs or was killed: the next server recovers it.
    if (logBytes(this.file) !== 0) return;
    try {
      const connection = new SqliteConnection(this.file, 'read_write');
      connection.get('SELECT count(*) FROM sqlite_schema');
      connection.close();
    } catch {
      // Files that could not be removed are empty and harmless.
    }
  }
}

function logBytes(file: string): number | undefined {
  return statSync(`${file}-wal`, { throwIfNoEntry: false })?.size;
}

function stateOf(file: string): string {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? '' : [found.ino, found.size, found.mtimeNs].join();
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
