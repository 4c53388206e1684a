import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Step } from './steps.ts';

/** The options of a `charging-server.ts` process. */
export interface ServerOptions {
  readonly driver: string;
  /** URL or file */
  readonly database: string;
  readonly port: number;
  readonly killAt?: Step | undefined;
  /** the account in whose charge it dies */
  readonly killAccount?: string;
  /** the step at which the first charge waits for `goOn` */
  readonly pauseAt?: Step;
  readonly leaseMs?: number;
  /** the folder with the generated Prisma client */
  readonly prismaFolder?: string;
}

/** A process of `charging-server.ts`. */
export interface ServerProcess {
  readonly url: string;
  readonly port: number;
  /** Waits until a charge of an account has reached a step. */
  reached(step: Step, account: string): Promise<void>;
  /** Lets the charge that waits at `pauseAt` continue. */
  goOn(): void;
  /** resolves with how it ended */
  readonly exited: Promise<NodeJS.Signals | number | null>;
  hasExited(): boolean;
  kill(signal: NodeJS.Signals): void;
  stop(): Promise<void>;
}

const file = fileURLToPath(new URL('charging-server.ts', import.meta.url));

/** Starts a server, and waits until it listens. */
export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  const { driver, database, port, killAt, killAccount, pauseAt, leaseMs = 300, prismaFolder } = options;
  const settings = {
    KILL_AT: killAt,
    KILL_ACCOUNT: killAccount,
    PAUSE_AT: pauseAt,
    PRISMA_FOLDER: prismaFolder,
  };
  const env = { ...process.env, ...settings, LEASE_MS: `${leaseMs}`, PORT: `${port}` };
  const child = spawn(process.execPath, [file, driver, database], {
    env: Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined)),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit').then(([code, signal]) => signal ?? code);
  const told = new Set<string>();
  const waiting = new Map<string, () => void>();
  child.on('message', (message: unknown) => {
    const text = textOf(message);
    told.add(text);
    waiting.get(text)?.();
  });
  const heard = async (text: string) => {
    if (told.has(text)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.set(text, resolve);
    const end = exited.then((how) => Promise.reject(new Error(`the server ended (${how}) before: ${text}`)));
    await Promise.race([promise, end]);
  };
  await heard('listening');
  return {
    url: `http://127.0.0.1:${port}/charges`,
    port,
    reached: (step, account) => heard(`${step} ${account}`),
    goOn: () => child.send('go on'),
    exited,
    hasExited: () => child.exitCode !== null || child.signalCode !== null,
    kill: (signal) => child.kill(signal),
    async stop() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function textOf(message: unknown): string {
  if (typeof message !== 'object' || message === null || !('step' in message)) return 'listening';
  return `${message.step} ${'account' in message ? message.account : ''}`;
}
