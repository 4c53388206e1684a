import { accessSync, constants } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { isBusy } from './fault.ts';

/** Keeps a second server off a database file for as long as this process lives. */
export interface FileLock {
  release(): void;
}

/**
 * Takes the lock of a database file: a file beside it, held by SQLite's own locks, which the kernel drops when the
 * process dies. So a killed server leaves nothing behind that somebody would have to clear away.
 *
 * @throws {Error} when another server holds it, or it cannot be made
 */
export function lockFile(databaseFile: string): FileLock {
  const file = `${databaseFile}-lock`;
  const database = openLock(file);
  try {
    database.exec('BEGIN EXCLUSIVE');
    // On a file that it may not write SQLite begins all the same, and holds nothing.
    accessSync(file, constants.W_OK);
  } catch (error) {
    database.close();
    if (!isBusy(error)) throw cannotLock(file, error);
    throw new Error(`another server has ${databaseFile} open (its lock is ${file})`, { cause: error });
  }
  return { release: () => database.close() };
}

function openLock(file: string): DatabaseSync {
  try {
    return new DatabaseSync(file, { timeout: 0 });
  } catch (error) {
    throw cannotLock(file, error);
  }
}

function cannotLock(file: string, cause: unknown): Error {
  return new Error(`${file} cannot be locked: ${cause instanceof Error ? cause.message : String(cause)}`, {
    cause,
  });
}
