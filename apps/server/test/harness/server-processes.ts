import type { TestContext } from 'node:test';
import { type Api, apiAt } from './api.ts';
import { type ServerProcess, startProcess } from './process.ts';

/** If the database never becomes available, or refuses the settings, the test ends with the error. */
const startsMax = 50;

/** Server processes on one database. Each can be killed and restarted. */
export class ServerProcesses {
  readonly #t: TestContext;
  readonly #environments: readonly Readonly<Record<string, string>>[];
  readonly #running: (ServerProcess | undefined)[];

  /** @param environments one for each instance */
  constructor(t: TestContext, environments: readonly Readonly<Record<string, string>>[]) {
    this.#t = t;
    this.#environments = environments;
    this.#running = environments.map(() => undefined);
  }

  async startAll(): Promise<void> {
    await Promise.all(this.#environments.map((_, at) => this.start(at)));
  }

  /**
   * Starts an instance. While its database is unavailable, the instance exits and is started again, like a process
   * manager would do.
   */
  async start(at: number): Promise<void> {
    for (let starts = 1; ; starts++) {
      try {
        this.#running[at] = await startProcess(this.#t, this.#environments[at] ?? {});
        return;
      } catch (error) {
        if (starts === startsMax || !String(error).includes('ended with 1')) throw error;
      }
    }
  }

  async kill(at: number): Promise<void> {
    const server = this.#running[at];
    this.#running[at] = undefined;
    await server?.stop('SIGKILL');
  }

  /** Sends a signal that does not end the process, such as SIGSTOP or SIGCONT. */
  signal(at: number, signal: NodeJS.Signals): void {
    const pid = this.#running[at]?.pid;
    if (pid !== undefined) process.kill(pid, signal);
  }

  /** The running instances, each reached directly. */
  readonly apis = (): readonly Api[] =>
    this.#running.flatMap((server) => (server === undefined ? [] : [apiAt(server.url)]));

  /** The API of one instance. */
  api(at: number): Api {
    const server = this.#running[at];
    if (server === undefined) throw new Error(`instance ${at} does not run`);
    return apiAt(server.url);
  }
}
