import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const timeoutMs = 240_000;

/** Runs a script that uses Debian's packages. Scripts run one at a time, because apt refuses concurrent runs. */
export async function runApt(script: string, cwd: string = tmpdir()): Promise<void> {
  const lock = join(tmpdir(), 'billonce-apt.lock');
  await promisify(execFile)('flock', [lock, 'sh', '-c', script], { cwd, timeout: timeoutMs });
}
