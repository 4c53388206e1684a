import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from './child-environment.ts';
import { engineEnvironment } from './database.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** What a command printed, on both streams, and how it ended. */
export interface RanCommand {
  readonly code: number | null;
  readonly printed: string;
}

/** Runs `billonce` in a separate process. */
export async function runCommand(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<RanCommand> {
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...childEnvironment, ...engineEnvironment, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
    });
  }
  await once(child, 'close');
  return { code: child.exitCode, printed };
}
