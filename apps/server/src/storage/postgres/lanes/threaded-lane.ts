import { Worker } from 'node:worker_threads';
import { factsOf } from '../../../fault-facts.ts';
import type { Batch, BatchExecutor } from '../../../ledger/batch-executor.ts';
import type { Outcome } from '../../../ledger/submission.ts';
import type { LaneCall, LaneData, LaneReply } from './lane-messages.ts';

interface Pending {
  readonly size: number;
  readonly resolve: (outcomes: readonly Outcome[]) => void;
}

/** A lane with a separate thread and connection. The first batch that needs them starts both. */
export class ThreadedLane implements BatchExecutor {
  readonly #data: LaneData;
  readonly #nowMs: () => number;
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | undefined;
  #lastCall = 0;
  #endedBy: unknown;

  constructor(data: LaneData, nowMs: () => number) {
    this.#data = data;
    this.#nowMs = nowMs;
  }

  execute(batch: Batch): Promise<readonly Outcome[]> {
    return new Promise((resolve) => {
      const worker = this.#worker ?? this.#start();
      this.#lastCall += 1;
      this.#pending.set(this.#lastCall, { size: batch.submissions.length, resolve });
      const aheadMs = this.#nowMs() - Date.now();
      post(worker, { kind: 'execute', call: this.#lastCall, batch, aheadMs });
    });
  }

  /** Closes the connection after all earlier requests. */
  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    post(worker, { kind: 'close' });
    await exited;
  }

  #start(): Worker {
    const worker = new Worker(new URL('./lane-thread.ts', import.meta.url), { workerData: this.#data });
    worker.on('message', ({ call, outcomes }: LaneReply) => {
      const pending = this.#pending.get(call);
      this.#pending.delete(call);
      pending?.resolve(outcomes);
    });
    worker.on('error', (error) => {
      this.#endedBy = error;
    });
    worker.on('exit', () => this.#exited());
    this.#worker = worker;
    return worker;
  }

  /** The next batch starts another thread. The batches of this one may have been committed. */
  #exited(): void {
    this.#worker = undefined;
    const ended = this.#endedBy ?? new Error('the thread of the heavy lane ended');
    this.#endedBy = undefined;
    const fault: Outcome = {
      kind: 'fault',
      code: 'outcome_unknown',
      facts: { ...factsOf(ended), engine: 'postgres' },
    };
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { size, resolve } of pending) resolve(Array.from({ length: size }, () => fault));
  }
}

function post(worker: Worker, call: LaneCall): void {
  worker.postMessage(call);
}
