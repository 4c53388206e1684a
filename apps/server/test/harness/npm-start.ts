import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { emptyDatabase } from './database.ts';
import { onEnd } from './on-end.ts';

export const repository = fileURLToPath(new URL('../../../..', import.meta.url));

/** A server started like a user starts it, with the processes between. */
export interface LaunchedServer {
  readonly url: string;
  readonly launcher: ChildProcess;
  readonly serverPid: number;
  /** Resolves when no process has the output open: the launcher and the server have ended. */
  readonly ended: Promise<void>;
}

/** Runs a command such as `npm start`, which starts a server, in this repository or in a copy of it. */
export async function launch(
  t: TestContext,
  command: readonly string[],
  cwd: string = repository,
): Promise<LaunchedServer> {
  const [file = '', ...args] = command;
  const launcher = spawn(file, args, {
    cwd,
    env: { ...withoutNpm(process.env), PORT: '0', DATABASE_URL: await emptyDatabase(t) },
    stdio: ['ignore', 'pipe', 'inherit'],
    // A separate process group, so that no process remains if the test fails.
    detached: true,
  });
  const { pid = 0, stdout } = launcher;
  onEnd(t, () => killGroup(pid));
  const ended = once(stdout, 'close').then(() => undefined);
  const line = await startLine(launcher);
  return { url: memberOf(line, 'url'), serverPid: Number(memberOf(line, 'pid')), launcher, ended };
}

/** The line of the JSON log with the address of the server. */
function startLine({ stdout }: ChildProcess): Promise<unknown> {
  let printed = '';
  return new Promise((resolve, reject) => {
    stdout?.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      const line = printed
        .split('\n')
        .find((text) => text.includes('Billonce listens on') && text.endsWith('}'));
      if (line !== undefined) resolve(JSON.parse(line));
    });
    stdout?.on('end', () => reject(new Error(`the server did not start:\n${printed}`)));
  });
}

function memberOf(value: unknown, name: string): string {
  return typeof value === 'object' && value !== null ? String(Reflect.get(value, name)) : '';
}

/** Removes npm's variables, because the tests themselves run under npm. */
function withoutNpm(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('npm_')));
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The process has already ended.
  }
}
