import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { onEnd } from './on-end.ts';

/** Unmounts when the process of the test closes the pipe or ends in any way, and removes what is left. */
const keep = `cat > /dev/null
  while umount -l "$1" 2> /dev/null; do :; done
  rm -rf --one-file-system "$2"`;

/**
 * Unmounts a folder when the test has ended, and also when its process is killed.
 *
 * @param removed a folder that is removed then
 */
export function unmountAtEnd(t: TestContext, folder: string, removed: string): void {
  const keeper = spawn('sh', ['-c', keep, 'sh', folder, removed], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // It must not keep alive a process whose tests have ended.
  keeper.unref();
  for (const stream of keeper.stdio) if (stream instanceof Socket) stream.unref();
  onEnd(t, async () => {
    if (keeper.exitCode !== null || keeper.signalCode !== null) return;
    keeper.ref();
    const exited = once(keeper, 'exit');
    keeper.stdin.end();
    await exited;
  });
}
