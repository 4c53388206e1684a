import { readFileSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';

/** The file system in memory that Linux has. */
const inMemory = '/dev/shm';
/** More than the data of all processes of tests that run at the same time. */
const roomMin = 6 * 1_024 ** 3;
let found: string | undefined;

/**
 * The folder for the data of databases and servers of tests: in memory if there is room, otherwise the folder for temporary files.
 * A database of PostgreSQL has hundreds of small files, and to copy them on a disk takes several times the processor time. A process that is killed
 * loses nothing in either; tests that cut the power have a separate disk.
 */
export function dataFolder(): string {
  found ??= hasRoom() ? inMemory : tmpdir();
  return found;
}

function hasRoom(): boolean {
  try {
    // Programs are copied to such a folder, too, and containers often forbid running them there.
    const mounted = readFileSync('/proc/mounts', 'utf8').split('\n');
    const options = mounted.map((line) => line.split(' ')).findLast(([, place]) => place === inMemory)?.[3];
    if (options === undefined || options.split(',').some((option) => option === 'noexec' || option === 'ro'))
      return false;
    const { bavail, bsize } = statfsSync(inMemory);
    return Math.min(bavail * bsize, process.availableMemory()) >= roomMin;
  } catch {
    return false;
  }
}
