import { accessSync, closeSync, constants, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { JournalError } from './journal-error.ts';

/** Keeps every other journal off a file for as long as it is held, or this process lives. */
export interface JournalLock {
  release(): void;
}

/**
 * Takes the lock of a journal: a file beside it, held by SQLite's own locks, which the kernel drops when the process
 * dies. A file with a process id in it would outlive a killed process, whose id the next one may well have: in a
 * container it is 1 each time.
 *
 * @throws {JournalError} `journal_in_use`, `journal_unwritable`
 */
export function takeJournalLock(path: string): JournalLock {
  const lockPath = `${path}.lock`;
  let database: DatabaseSync | undefined;
  try {
    createPrivately(lockPath);
    database = new DatabaseSync(lockPath, { timeout: 0 });
    // Nothing is written, so there is nothing to keep a rollback journal for.
    database.exec('PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE');
    // On a file that it may not write SQLite begins all the same, and holds nothing.
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

/** Only a new file is opened: to close one that exists would drop every lock that this process has on it. */
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
