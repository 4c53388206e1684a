import { accessSync, constants, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isBusy } from '../fault.ts';
import { openFault } from './open-fault.ts';
import { closeToOthers, makeOwn, OwnFile } from './own-file.ts';

/** Prevents a second server on a database file while this process lives. */
export interface FileLock {
  /** the lock file; it excludes other servers only while its name leads to it */
  readonly file: OwnFile;
  release(): void;
  /** Releases it, and deletes its file if this process made it. */
  remove(): void;
}

/**
 * Takes the lock of a database file: a file beside it, held by SQLite's own locks, which the kernel drops when the
 * process dies. So a killed server leaves nothing that must be cleaned up.
 *
 * @param databaseFile the file itself, not a link to it
 * @throws {Error} if another server holds the lock, or it cannot be made
 */
export function lockFile(databaseFile: string): FileLock {
  const name = lockName(databaseFile);
  const { own, isMade } = makeLock(name);
  const database = openLock(name);
  try {
    database.exec('BEGIN EXCLUSIVE');
    // If the file is not writable, SQLite begins the transaction anyway, without a lock.
    accessSync(name, constants.W_OK);
    if (!own.isInPlace) throw new Error('it was moved away at this moment');
    closeToOthers(name);
  } catch (error) {
    database.close();
    if (!isBusy(error)) {
      if (isMade) rmSync(name, { force: true });
      throw cannotLock(name, error);
    }
    const found = `another server has ${databaseFile} open (its lock is ${name})`;
    throw new Error(`${found}: stop it first, or set DATABASE_URL to another file`, { cause: error });
  }
  const release = () => {
    if (database.isOpen) database.close();
  };
  const remove = () => {
    // Removed while it is held: a process that has opened it meanwhile sees that its name no longer leads to it.
    if (isMade && database.isOpen && own.isInPlace) rmSync(name, { force: true });
    release();
  };
  return { file: own, release, remove };
}

/** A hidden name: `mv billonce.db* elsewhere` must not take the lock of a running server along. */
function lockName(databaseFile: string): string {
  return join(dirname(databaseFile), `.${basename(databaseFile)}-lock`);
}

function makeLock(name: string): { readonly own: OwnFile; readonly isMade: boolean } {
  try {
    const isMade = makeOwn(name);
    return { own: OwnFile.at(name), isMade };
  } catch (error) {
    throw cannotLock(name, error);
  }
}

function openLock(name: string): DatabaseSync {
  try {
    return new DatabaseSync(name, { timeout: 0 });
  } catch (error) {
    throw cannotLock(name, error);
  }
}

function cannotLock(name: string, cause: unknown): Error {
  return openFault(`${name} cannot be locked`, cause);
}
