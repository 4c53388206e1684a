import { randomBytes } from 'node:crypto';
import { closeSync, openSync, rmSync } from 'node:fs';
import { nameWhole, refuseTaken, syncPath } from '../../name-whole.ts';
import { type OnCopyStep, SqliteConnection } from '../connection.ts';
import { lockFile } from './file-lock.ts';
import { type OurFile, openOurFile } from './our-file.ts';
import { realFile } from './own-file.ts';

/**
 * Copies a database into a separate file, as it is at one moment, while a server may be writing to it. The copy gets its
 * name only once it is whole, checked and on disk.
 *
 * @param onStep called after each step of the copy
 * @throws {Error} if the source is not a database of ours or of a newer version, the target exists, or either cannot be
 * read or written
 */
export async function backUp(
  databaseFile: string,
  target: string,
  onStep: OnCopyStep = () => undefined,
): Promise<void> {
  refuseTaken(target);
  await copyTo(openOurFile(databaseFile), target, onStep);
}

/**
 * Copies a backup to a database file that does not exist yet.
 *
 * @throws {Error} if the backup is damaged, not a database of ours, or of a newer version; if the target exists, or a
 * server is running on it
 */
export async function restore(
  backupFile: string,
  databaseFile: string,
  onStep: OnCopyStep = () => undefined,
): Promise<void> {
  const file = realFile(databaseFile);
  const lock = lockFile(file);
  try {
    for (const ending of ['', '-wal', '-shm']) refuseTaken(file + ending);
    await copyTo(openOurFile(backupFile), file, onStep);
  } finally {
    lock.remove();
  }
}

/** Copies a source, which it closes. */
async function copyTo(source: OurFile, target: string, onStep: OnCopyStep): Promise<void> {
  // A random name: two backups to one target must not write into one file.
  const partial = `${target}.${randomBytes(4).toString('hex')}.partial`;
  try {
    try {
      // SQLite would create it for all users to read, and follow a link.
      closeSync(openSync(partial, 'wx', 0o600));
      await source.connection.copyTo(partial, onStep);
    } finally {
      source.close();
    }
    seal(partial);
    syncPath(partial);
    nameWhole(partial, target);
  } finally {
    for (const ending of ['', '-wal', '-shm', '-journal']) rmSync(partial + ending, { force: true });
  }
}

/** Makes the copy a single file without a log, and reads all of it once to check it. */
function seal(file: string): void {
  const copy = new SqliteConnection(file, 'read_write');
  try {
    copy.exec('PRAGMA journal_mode = DELETE');
    const found = copy.get('PRAGMA integrity_check(1)');
    if (found?.['integrity_check'] !== 'ok') throw new Error(`the copy is damaged: ${JSON.stringify(found)}`);
  } finally {
    copy.close();
  }
}
