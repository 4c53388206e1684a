import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { temporaryFolder } from './temporary-folder.ts';
import { unmountAtEnd } from './unmounted.ts';

/** A separate file system that is small enough to fill. */
export interface SmallDisk {
  readonly folder: string;
  /** Uses all remaining space. */
  fill(): void;
  /** Frees that space. */
  clear(): void;
}

const mebibyte = 1024 * 1024;

/** Mounts a small disk. Returns `undefined` if this process must not mount. */
export function smallDisk(t: TestContext, mebibytes: number): SmallDisk | undefined {
  const whole = temporaryFolder(t);
  const folder = join(whole, 'disk');
  mkdirSync(folder);
  try {
    const options = ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', folder];
    execFileSync('mount', options, { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  unmountAtEnd(t, folder, whole);
  const ballast = join(folder, 'ballast');
  return { folder, fill: () => fillWith(ballast), clear: () => rmSync(ballast, { force: true }) };
}

function fillWith(file: string): void {
  const descriptor = openSync(file, 'a');
  // Writes smaller and smaller pieces, until not even one byte can be written.
  for (let size = mebibyte; size >= 1; ) {
    try {
      writeSync(descriptor, Buffer.alloc(size));
    } catch {
      size = Math.floor(size / 2);
    }
  }
  closeSync(descriptor);
}
