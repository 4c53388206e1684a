import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Oracle } from './count-source.ts';
import { wholeNumber } from './whole-number.ts';

const run = promisify(execFile);
const timeoutMs = 10_000;

/** Counts what a command of the user prints. A shell reads it, as it would on a terminal. */
export function commandOracle(command: string): Oracle {
  return {
    description: command,
    count: async () => {
      const [shell, flag] = process.platform === 'win32' ? ['cmd.exe', '/c'] : ['/bin/sh', '-c'];
      const { stdout } = await run(shell, [flag, command], { timeout: timeoutMs });
      return wholeNumber(stdout, command);
    },
  };
}
