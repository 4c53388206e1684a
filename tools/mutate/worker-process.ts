import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { root } from './places.ts';
import type { Run, RunResult } from './worker.ts';

const workerFile = fileURLToPath(new URL('worker.ts', import.meta.url));
const threadsHook = new URL('../test-threads-hook.mjs', import.meta.url).href;
/** A process with more memory than this is replaced. */
const residentBytesMax = 1_200_000_000;

/** The answer of a worker; `late`: there was none in time, `ended`: its process ended. */
export type WorkerAnswer =
  | { readonly kind: 'result'; readonly result: RunResult }
  | { readonly kind: 'late' }
  | { readonly kind: 'ended' };

/** One process for runs, replaced when it ends, hangs or has become large. */
export class WorkerProcess {
  #child: ChildProcess | undefined;
  readonly #environment: Readonly<Record<string, string>>;

  constructor(environment: Readonly<Record<string, string>>) {
    this.#environment = environment;
  }

  async run(run: Run, timeoutMs: number): Promise<WorkerAnswer> {
    this.#child ??= this.#start();
    const child = this.#child;
    const settled = Promise.withResolvers<WorkerAnswer>();
    const onMessage = (result: unknown) => settled.resolve({ kind: 'result', result: result as RunResult });
    const onExit = () => settled.resolve({ kind: 'ended' });
    const timer = setTimeout(() => settled.resolve({ kind: 'late' }), timeoutMs);
    child.once('message', onMessage).once('exit', onExit);
    child.send(run);
    const answer = await settled.promise;
    clearTimeout(timer);
    child.off('message', onMessage).off('exit', onExit);
    if (answer.kind !== 'result' || answer.result.isSpent || answer.result.heapBytes > residentBytesMax) {
      await this.stop();
    }
    return answer;
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  #start(): ChildProcess {
    return fork(workerFile, [], {
      cwd: root,
      execArgv: ['--import', threadsHook],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      // The cache of compiled code belongs to one run.
      env: { ...process.env, ...this.#environment, NODE_DISABLE_COMPILE_CACHE: '1' },
    });
  }
}
