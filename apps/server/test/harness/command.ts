import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { isBooksCommand, runBooksCommand } from '../../src/cli/books/commands.ts';
import { runMove } from '../../src/cli/move/command.ts';
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
  identity: { readonly uid?: number; readonly gid?: number } = {},
): Promise<RanCommand> {
  const child = spawn(process.execPath, [main, ...args], {
    ...identity,
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

/** Runs a command that is about books, or the move, in the process of the test: a process takes long to start. */
export async function runHere(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<RanCommand> {
  const [command = '', ...rest] = args;
  let printed = '';
  const print = (text: string) => {
    printed += text;
  };
  const surroundings = {
    print,
    complain: print,
    environment: { ...engineEnvironment, ...environment },
  };
  const code = isBooksCommand(command)
    ? await runBooksCommand(command, rest, surroundings)
    : await runMove(rest, surroundings);
  return { code, printed };
}
