import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { lockFile } from './file-lock.ts';

/** Pages that are copied before the server gets its turn at the file again. */
const pagesPerStep = 1_000;

/**
 * Copies a database into a file of its own, as it is at one moment, while a server may be writing to it. The copy
 * bears its name only once it is whole, checked and on disk.
 *
 * @throws {Error} if the source is no database of ours, the target exists, or either cannot be read or written
 */
export async function backUp(databaseFile: string, target: string): Promise<void> {
  refuseExisting(target);
  const source = openOurs(databaseFile);
  try {
    await copyTo(source, target);
  } finally {
    source.close();
  }
}

/**
 * Puts a backup in the place of a database that does not exist yet.
 *
 * @throws {Error} if the backup is damaged or no database of ours, the target exists, or a server is running on it
 */
export async function restore(backupFile: string, databaseFile: string): Promise<void> {
  const lock = lockFile(databaseFile);
  try {
    for (const ending of ['', '-wal', '-shm']) refuseExisting(databaseFile + ending);
    const source = openOurs(backupFile);
    try {
      await copyTo(source, databaseFile);
    } finally {
      source.close();
    }
  } finally {
    lock.release();
  }
}

async function copyTo(source: DatabaseSync, target: string): Promise<void> {
  const partial = `${target}.partial`;
  for (const ending of ['', '-wal', '-shm', '-journal']) rmSync(partial + ending, { force: true });
  await backup(source, partial, { rate: pagesPerStep });
  seal(partial);
  syncFile(partial);
  renameSync(partial, target);
  syncFile(dirname(target));
}

/** Makes one file of the copy, without a log beside it, and reads all of it once. */
function seal(file: string): void {
  const copy = new DatabaseSync(file);
  try {
    copy.exec('PRAGMA journal_mode = DELETE');
    const found = copy.prepare('PRAGMA integrity_check(1)').get();
    if (found?.['integrity_check'] !== 'ok') throw new Error(`the copy is damaged: ${JSON.stringify(found)}`);
  } finally {
    copy.close();
  }
}

function openOurs(file: string): DatabaseSync {
  if (!existsSync(file)) throw new Error(`there is no file ${file}`);
  const database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  try {
    database.prepare('SELECT only FROM ledger_clock').get();
  } catch (error) {
    database.close();
    throw new Error(`${file} is not a database of Billonce`, { cause: error });
  }
  return database;
}

function refuseExisting(file: string): void {
  if (existsSync(file)) throw new Error(`${file} exists: move it away first`);
}

/** A file, or the folder that names it. */
function syncFile(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
