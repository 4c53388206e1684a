import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { dataFolder } from '../../../idempotency/test/harness/data-folder.ts';
import { mainOf } from '../../../idempotency/test/harness/main-of.ts';

const main = mainOf('apps/server/src/main.ts');
const startTimeoutMs = 90_000;
const printedMax = 16_384;
const cache = process.env['NODE_COMPILE_CACHE'];
const running = new Set<ChildProcess>();
// This also applies if a test process ends before its hooks run: a remaining server would keep the test runner waiting.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Runs a function when a test, or all tests of a file, have ended. */
export type Ending = (end: () => void | Promise<void>) => void;

/** A folder that is removed at the end. */
export function newFolder(onEnd: Ending): string {
  const folder = mkdtempSync(join(dataFolder(), 'billonce-client-'));
  onEnd(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no port is free');
  return address.port;
}

/** A real server whose port and file remain the same, so that it can be killed and restarted. */
export class TestServer {
  readonly url: string;
  readonly #environment: Readonly<Record<string, string>>;
  #process: ChildProcess | undefined;

  private constructor(port: number, folder: string, environment: Readonly<Record<string, string>>) {
    this.url = `http://127.0.0.1:${port}`;
    this.#environment = {
      PATH: process.env['PATH'] ?? '',
      // Compiled code is shared by all tests.
      ...(cache === undefined ? {} : { NODE_COMPILE_CACHE: cache }),
      HOST: '127.0.0.1',
      PORT: String(port),
      LOG_LEVEL: 'error',
      DATABASE_URL: `file:${join(folder, 'billonce.db')}`,
      ...environment,
    };
  }

  /** Prepares a server without starting it. */
  static async prepare(
    onEnd: Ending,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<TestServer> {
    const folder = newFolder(onEnd);
    const server = new TestServer(await freePort(), folder, environment);
    onEnd(() => server.kill());
    return server;
  }

  static async start(onEnd: Ending, environment: Readonly<Record<string, string>> = {}): Promise<TestServer> {
    const server = await TestServer.prepare(onEnd, environment);
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, [main], {
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    running.add(child);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => reject(new Error('the server does not start')), startTimeoutMs);
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        printed = `${printed}${chunk.toString()}`.slice(-printedMax);
        if (printed.includes('Billonce listens on')) resolve();
      });
    }
    child.on('exit', (code) => {
      running.delete(child);
      reject(new Error(`the server ended with ${code}: ${printed}`));
    });
    try {
      await promise;
    } catch (error) {
      await this.kill();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Kills it, so that it cannot finish anything. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
}
