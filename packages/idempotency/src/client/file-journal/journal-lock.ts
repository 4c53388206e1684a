import { accessSync, closeSync, constants, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { JournalError } from './journal-error.ts';

/** Keeps every other journal from a file, until it is released or this process ends. */
export interface JournalLock {
  release(): void;
}

/**
 * Takes the lock of a journal: a separate file, held by SQLite's own locks, which the kernel releases when the process
 * dies. A file with a process id in it would outlive a killed process, and the next process may well have the same id:
 * in a container it is always 1.
 *
 * @throws {JournalError} `journal_in_use`, `journal_unwritable`
 */
export function takeJournalLock(path: string): JournalLock {
  const lockPath = `${path}.lock`;
  let database: DatabaseSync | undefined;
  try {
    createPrivately(lockPath);
    database = new DatabaseSync(lockPath, { timeout: 0 });
    // Nothing is written, so no rollback journal is needed.
    database.exec('PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE');
    // On a file that is not writable, SQLite begins nevertheless, and holds nothing.
    accessSync(lockPath, constants.W_OK);
  } catch (error) {
    database?.close();
    if (isBusy(error)) {
      throw new JournalError(
        'journal_in_use',
        `another journal has ${path} open (its lock is ${lockPath})`,
        error,
      );
    }
    throw new JournalError('journal_unwritable', `${lockPath} cannot be locked`, error);
  }
  const held = database;
  return { release: () => held.close() };
}

/** Opens only a new file: closing an existing one would release every lock that this process has on it. */
function createPrivately(lockPath: string): void {
  try {
    closeSync(openSync(lockPath, 'wx', 0o600));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

/** https://sqlite.org/rescode.html#busy */
const sqliteBusy = 5;

function isBusy(error: unknown): boolean {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return false;
  return (error.errcode & 0xff) === sqliteBusy;
}
