import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { mainOf } from '../../../../packages/idempotency/test/harness/main-of.ts';
import { childEnvironment } from './child-environment.ts';
import { engineEnvironment } from './database.ts';
import { onEnd } from './on-end.ts';
import { rounds } from './rounds.ts';

const serverMain = mainOf('apps/server/src/main.ts');
/** A server without running workers. */
export const fuzzedServer = mainOf('apps/server/test/fuzz/server.ts');
/** Where a server writes its log, if not to a pipe of this process. */
export interface ProcessOutput {
  readonly descriptor: number;
  read(onText: (text: string) => void): void;
}

/** A long run may share its machine with others. */
const startTimeoutMs = rounds({ test: 120_000, prove: 1_800_000 });

/** A server in a separate process, which can be killed. */
export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  /** everything that it has printed */
  output(): string;
  /** its exit code, or `null` if a signal ended it */
  readonly ended: Promise<number | null>;
  /** Sends a signal and waits until the process has ended. */
  stop(signal: NodeJS.Signals): Promise<number | null>;
}

/** Starts a real server process on a free port (or PORT), and kills it when the test has ended. */
export async function startProcess(
  t: TestContext,
  environment: Readonly<Record<string, string>>,
  options: {
    readonly uid?: number;
    readonly gid?: number;
    readonly main?: string;
    /** the program that runs the main file, and its arguments before it; by default this Node */
    readonly launcher?: readonly [program: string, ...parameters: string[]];
    readonly output?: ProcessOutput;
  } = {},
): Promise<ServerProcess> {
  const { main = serverMain, launcher = [process.execPath], output, ...identity } = options;
  const [program, ...parameters] = launcher;
  const child = spawn(program, [...parameters, main], {
    env: {
      ...childEnvironment,
      HOST: '127.0.0.1',
      PORT: '0',
      LOG_LEVEL: 'warn',
      ...engineEnvironment,
      ...environment,
    },
    stdio: ['ignore', output?.descriptor ?? 'pipe', 'pipe'],
    ...identity,
  });
  onEnd(t, () => stop(child, 'SIGKILL'));
  const ended = once(child, 'close').then(() => child.exitCode);
  let printed = '';
  const url = new Promise<string>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`no start within ${startTimeoutMs} ms:\n${printed}`)),
      startTimeoutMs,
    );
    const read = (chunk: Buffer | string) => {
      printed += chunk.toString();
      const found = /Billonce listens on (https?:\/\/[^\s"]+)/.exec(printed)?.[1];
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(found);
    };
    child.stdout?.on('data', read);
    output?.read(read);
    child.stderr?.on('data', read);
    child.on('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`the server ended with ${code}:\n${printed}`));
    });
  });
  return {
    url: await url,
    pid: child.pid ?? 0,
    ended,
    output: () => printed,
    stop: (signal) => stop(child, signal),
  };
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
  return child.exitCode;
}
