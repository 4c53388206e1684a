import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mainOf } from '../../../../packages/idempotency/test/harness/main-of.ts';
import { isBooksCommand, runBooksCommand } from '../../src/cli/books/commands.ts';
import type { Surroundings } from '../../src/cli/books/surroundings.ts';
import { runMove } from '../../src/cli/move/command.ts';
import { remoteCommands } from '../../src/cli/remote/commands.ts';
import { childEnvironment } from './child-environment.ts';
import { engineEnvironment } from './database.ts';

const main = mainOf('apps/server/src/cli/main.ts');

/** The output of a command on both streams, and how the command ended. */
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

/**
 * Runs a command about books, a command that calls a server, or the move, in the process of the test, because a new
 * process takes long to start. `result` is only the standard output.
 */
export async function runHere(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  progress?: Surroundings['progress'],
): Promise<RanCommand & { readonly result: string }> {
  const [command = '', ...rest] = args;
  let printed = '';
  let result = '';
  const complain = (text: string) => {
    printed += text;
  };
  const print = (text: string) => {
    printed += text;
    result += text;
  };
  const surroundings = {
    print,
    complain,
    ...(progress === undefined ? {} : { progress }),
    environment: { ...engineEnvironment, ...environment },
  };
  const remote = remoteCommands.find(({ spec }) => `${args.join(' ')} `.startsWith(`${spec.name} `));
  const code = isBooksCommand(command)
    ? await runBooksCommand(command, rest, surroundings)
    : remote === undefined
      ? await runMove(rest, surroundings)
      : await remote.run(args.slice(remote.spec.name.split(' ').length), surroundings);
  return { code, printed, result };
}
