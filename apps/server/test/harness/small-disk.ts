import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { onEnd } from './on-end.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A separate file system that is soon full. */
export interface SmallDisk {
  readonly folder: string;
  /** Takes all the space that is left. */
  fill(): void;
  /** Gives that space back. */
  clear(): void;
}

const mebibyte = 1024 * 1024;

/** Mounts a small disk; `undefined` where this process may not. */
export function smallDisk(t: TestContext, mebibytes: number): SmallDisk | undefined {
  const folder = join(temporaryFolder(t), 'disk');
  mkdirSync(folder);
  try {
    const options = ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', folder];
    execFileSync('mount', options, { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  onEnd(t, () => execFileSync('umount', [folder]));
  const ballast = join(folder, 'ballast');
  return { folder, fill: () => fillWith(ballast), clear: () => rmSync(ballast) };
}

function fillWith(file: string): void {
  const descriptor = openSync(file, 'a');
  // In ever smaller pieces, until not even a byte finds room.
  for (let size = mebibyte; size >= 1; ) {
    try {
      writeSync(descriptor, Buffer.alloc(size));
    } catch {
      size = Math.floor(size / 2);
    }
  }
  closeSync(descriptor);
}
