import { DatabaseSync } from 'node:sqlite';

/** Keeps a second server off a database file for as long as this process lives. */
export interface FileLock {
  release(): void;
}

/**
 * Takes the lock of a database file: a file beside it, held by SQLite's own locks, which the kernel drops when the
 * process dies. So a killed server leaves nothing behind that somebody would have to clear away.
 *
 * @throws {Error} when another server holds it
 */
export function lockFile(databaseFile: string): FileLock {
  const file = `${databaseFile}-lock`;
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    throw new Error(`another server has ${databaseFile} open (its lock is ${file})`, { cause: error });
  }
  return { release: () => database.close() };
}
