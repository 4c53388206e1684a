import { existsSync, statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Finding, findingsOf, reasonOf } from './finding.ts';

const mebibyte = 1024 ** 2;
/** The log of SQLite grows to some tens of MiB before it is written back. */
const stopBytes = 256n * BigInt(mebibyte);
const fixBytes = 2_048n * BigInt(mebibyte);

/** Space of a disk, in bytes. */
export interface Space {
  readonly freeBytes: bigint;
  readonly totalBytes: bigint;
}

/** The space where a file is, or would be. */
export function checkDisk(file: string): Finding {
  const folder = existingFolder(dirname(resolve(file)));
  try {
    const { bavail, bsize, blocks } = statfsSync(folder, { bigint: true });
    return spaceFinding(folder, { freeBytes: bavail * bsize, totalBytes: blocks * bsize });
  } catch (error) {
    return findingsOf('disk').fix(reasonOf(error), 'check the free space of the disk yourself');
  }
}

/** The finding for an amount of free space. */
export function spaceFinding(folder: string, { freeBytes, totalBytes }: Space): Finding {
  const { ok, fix, stop } = findingsOf('disk');
  const show = (bytes: bigint) => `${(Number(bytes / BigInt(mebibyte)) / 1024).toFixed(1)} GiB`;
  const found = `${show(freeBytes)} of ${show(totalBytes)} are free at ${folder}`;
  if (freeBytes < stopBytes) return stop(found, 'free some space: a full disk refuses all writes');
  return freeBytes < fixBytes ? fix(found, 'free some space before the disk is full') : ok(found);
}

/** The folder, or the nearest one above it that exists: a server makes the others. */
export function existingFolder(folder: string): string {
  for (let at = folder; ; at = dirname(at)) if (existsSync(at) || dirname(at) === at) return at;
}
