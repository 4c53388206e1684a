import { closeSync, existsSync, fsyncSync, linkSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

/** The errors of file systems without hard links, such as FAT and some network shares. */
const noHardLinks: ReadonlySet<unknown> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/**
 * Gives a file that is whole and synced its final name, and syncs the folder. A file that has the name is never
 * overwritten.
 *
 * @throws {Error} if the name is taken
 */
export function nameWhole(partial: string, target: string): void {
  try {
    // Not a rename: that would overwrite a file that has appeared meanwhile.
    linkSync(partial, target);
  } catch (error) {
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
    if (code === 'EEXIST') throw taken(target);
    if (!noHardLinks.has(code)) throw error;
    refuseTaken(target);
    renameSync(partial, target);
  }
  rmSync(partial, { force: true });
  syncPath(dirname(target));
}

/** @throws {Error} if there is such a file */
export function refuseTaken(file: string): void {
  if (existsSync(file)) throw taken(file);
}

/** Syncs a file, or the folder that names it. */
export function syncPath(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function taken(file: string): Error {
  return new Error(`${file} exists: move it away first`);
}
