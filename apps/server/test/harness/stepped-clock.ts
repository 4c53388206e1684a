import { globSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { debianFolder } from './debian-program.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** The clock of a process, which is stepped while it runs, as an operator or NTP does. */
export interface SteppedClock {
  /** what the process gets into its environment */
  readonly environment: Readonly<Record<string, string>>;
  /** Sets the clock so many seconds ahead of the clock of the machine, or back. */
  step(seconds: number): void;
}

/** @returns the clock, or why there is none, as a reason to skip a test */
export async function steppedClock(
  t: TestContext,
): Promise<{ readonly clock: SteppedClock } | { readonly missing: string }> {
  const found = await debianFolder('libfaketime');
  if ('missing' in found) return found;
  const [library] = globSync(join(found.folder, 'usr/lib/*/faketime/libfaketimeMT.so.1'));
  if (library === undefined) return { missing: "NO libfaketime in Debian's package" };
  const file = join(temporaryFolder(t), 'offset');
  const step = (seconds: number) => writeFileSync(file, `${seconds < 0 ? '' : '+'}${seconds}\n`);
  step(0);
  const environment = {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    // A step changes the time of day, not what timers count.
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
  return { clock: { environment, step } };
}
