import { Worker } from 'node:worker_threads';
import { type FaultFacts, factsOf } from '../fault-facts.ts';
import { StorageFault } from '../ledger/storage-port.ts';
import type { JobName, JobResult, JobRunner, ReadJob } from '../reads/read-jobs.ts';
import { ReadAborted } from '../reads/read-places.ts';
import type { ReadCall, ReadReply } from './read-messages.ts';

/** The file that a thread runs, and what it opens. */
export interface ReadProgram {
  readonly main: URL;
  readonly data: object;
}

interface Pending {
  readonly resolve: (result: JobResult<JobName>) => void;
  readonly reject: (error: Error) => void;
}

/** Runs jobs on threads with separate read-only connections. The first job that needs a thread starts it. */
export class ReadThreads implements JobRunner {
  readonly #threads: readonly ReadThread[];

  constructor(program: ReadProgram, threads: number) {
    this.#threads = Array.from({ length: threads }, () => new ReadThread(program));
  }

  async run<N extends JobName>(job: ReadJob<N>, signal: AbortSignal): Promise<JobResult<N>> {
    if (signal.aborted) throw new ReadAborted();
    const thread = this.#threads.reduce((least, one) => (one.jobs < least.jobs ? one : least));
    return parseResult<N>(await thread.run(job, signal));
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}

class ReadThread {
  readonly #program: ReadProgram;
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | undefined;
  #lastCall = 0;
  #endedBy: FaultFacts | undefined;

  constructor(program: ReadProgram) {
    this.#program = program;
  }

  /** How many threads it has. */
  get jobs(): number {
    return this.#pending.size;
  }

  async run(job: ReadJob, signal: AbortSignal): Promise<JobResult<JobName>> {
    const worker = this.#worker ?? this.#start();
    this.#lastCall += 1;
    const call = this.#lastCall;
    const abort = () => post(worker, { kind: 'abort', call });
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await new Promise((resolve, reject) => {
        this.#pending.set(call, { resolve, reject });
        post(worker, { kind: 'run', call, job });
      });
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(this.#program.main, { workerData: this.#program.data });
    worker.on('message', (reply: ReadReply) => this.#settle(reply));
    worker.on('error', (error) => {
      this.#endedBy = factsOf(error);
    });
    worker.on('exit', () => this.#exited());
    this.#worker = worker;
    return worker;
  }

  #settle(reply: ReadReply): void {
    const pending = this.#pending.get(reply.call);
    this.#pending.delete(reply.call);
    switch (reply.kind) {
      case 'done':
        pending?.resolve(reply.result);
        break;
      case 'aborted':
        pending?.reject(new ReadAborted());
        break;
      case 'failed':
        pending?.reject(new StorageFault(reply.fault, reply.facts));
        break;
    }
  }

  /** The next job starts another thread. */
  #exited(): void {
    this.#worker = undefined;
    const facts = this.#endedBy ?? { message: 'the thread of the read ended' };
    this.#endedBy = undefined;
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) reject(new StorageFault('unavailable', facts));
  }
}

function post(worker: Worker, call: ReadCall): void {
  worker.postMessage(call);
}

/** The result of a job, which the thread that ran it made from the same table. */
function parseResult<N extends JobName>(result: JobResult<JobName>): JobResult<N> {
  return result as JobResult<N>;
}
