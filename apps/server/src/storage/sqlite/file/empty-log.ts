import { closeSync, fdatasyncSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import type { SqliteConnection } from '../connection.ts';

const pieceBytes = 1024 * 1024;

/**
 * Copies the write-ahead log into the database file and empties it. After a failed sync a part of the log can be missing
 * on the disk although it still reads well from memory, and a restart of the machine would lose every later commit.
 * Later syncs succeed: the system reports a failed write only once. An empty log gets new blocks.
 *
 * @returns whether it is empty; `false` while another connection reads from it
 */
export function emptyLog(connection: SqliteConnection): boolean {
  return connection.get('PRAGMA wal_checkpoint(TRUNCATE)')?.['busy'] === 0;
}

/**
 * Checks that the disk takes as much as the log has. A copy of the log that fails halfway would damage the database file
 * itself.
 *
 * @throws {Error} of the system, if it does not
 */
export function assertRoomForLog(file: string): void {
  const { size = 0 } = statSync(`${file}-wal`, { throwIfNoEntry: false }) ?? {};
  const trial = `${file}-trial`;
  // A killed process may have left one, or another user may have made a link.
  rmSync(trial, { force: true });
  const descriptor = openSync(trial, 'wx', 0o600);
  try {
    // Without a name, its room is free again however this process ends.
    rmSync(trial);
    const piece = Buffer.alloc(pieceBytes, 1);
    for (let written = 0; written < size; ) written += writeSync(descriptor, piece);
    fdatasyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
