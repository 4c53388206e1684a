import { spawn, spawnSync } from 'node:child_process';
import type { TestContext } from 'node:test';
import { mainOf } from '../../../../packages/idempotency/test/harness/main-of.ts';
import { childEnvironment } from './child-environment.ts';
import { onEnd } from './on-end.ts';

const main = mainOf('apps/server/src/main.ts');

/** A server whose output is a terminal. */
export interface ServerAtTerminal {
  /** Resolves with the whole output once it includes a text. */
  printed(text: string): Promise<string>;
  /** Closes the terminal, like closing its window does. */
  hangUp(): void;
}

/** Whether this machine has util-linux's program `script`, which creates terminals. */
export function hasTerminals(): boolean {
  return spawnSync('script', ['--version']).stdout?.toString().includes('util-linux') === true;
}

/** Starts a server with a real pseudo-terminal as its standard streams. */
export function startAtTerminal(
  t: TestContext,
  environment: Readonly<Record<string, string>>,
): ServerAtTerminal {
  const child = spawn(
    'script',
    ['--quiet', '--return', '--command', `exec ${process.execPath} ${main}`, '/dev/null'],
    {
      env: { ...childEnvironment, HOST: '127.0.0.1', PORT: '0', ...environment },
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  onEnd(t, () => child.kill('SIGKILL'));
  let output = '';
  let look = (): void => {};
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    look();
  });
  return {
    printed: (text) =>
      new Promise((resolve, reject) => {
        look = () => {
          if (output.includes(text)) resolve(output);
        };
        child.on('close', () => reject(new Error(`${text} was not printed:\n${output}`)));
        look();
      }),
    // The terminal disappears with the program that created it.
    hangUp: () => child.kill('SIGKILL'),
  };
}
