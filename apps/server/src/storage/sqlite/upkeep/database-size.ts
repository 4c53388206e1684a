import { stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import type { DatabaseSize } from '../../storage.ts';

/** The size of the file and of its write-ahead log, and the free space on its disk. */
export async function databaseSize(file: string): Promise<DatabaseSize> {
  const [{ size: databaseBytes }, walBytes, { bavail, bsize }] = await Promise.all([
    stat(file),
    bytesOf(`${file}-wal`),
    statfs(path.dirname(path.resolve(file))),
  ]);
  return { databaseBytes, walBytes, diskFreeBytes: bavail * bsize };
}

/** 0 without a file: SQLite makes the log with the first write. */
async function bytesOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0;
    throw error;
  }
}
