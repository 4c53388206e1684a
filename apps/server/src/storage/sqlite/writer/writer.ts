import { Worker } from 'node:worker_threads';
import { type FaultFacts, factsOf } from '../../../fault-facts.ts';
import type { Batch, BatchExecutor } from '../../../ledger/batch-executor.ts';
import type { OnCommitted } from '../../../ledger/gathering-executor.ts';
import { type Durability, StorageFault } from '../../../ledger/storage-port.ts';
import type { Outcome } from '../../../ledger/submission.ts';
import type { SweepLimits } from '../../sweep-step.ts';
import type { BudgetPart } from '../upkeep/rate-budgets.ts';
import type { SweepReport } from '../upkeep/sweep.ts';
import { flatSubmission, outcomeOf } from './flat-messages.ts';
import type { WriterCall, WriterData, WriterReply } from './writer-messages.ts';

type Pending =
  | {
      readonly kind: 'execute';
      readonly size: number;
      readonly resolve: (outcomes: readonly Outcome[]) => void;
    }
  | {
      readonly kind: 'sweep';
      readonly resolve: (report: SweepReport) => void;
      readonly reject: (error: Error) => void;
    }
  | {
      readonly kind: 'take_budget';
      readonly resolve: (taken: number) => void;
      readonly reject: (error: Error) => void;
    }
  | {
      readonly kind: 'probe';
      readonly resolve: (durability: Durability) => void;
      readonly reject: (error: Error) => void;
    };

/** The writer of a database file, on a separate thread. */
export class SqliteWriter implements BatchExecutor {
  readonly #data: WriterData;
  readonly #onCommitted: OnCommitted;
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | undefined;
  #isOpened = false;
  #lastCall = 0;
  #onExit: (() => void) | undefined;
  #endedBy: FaultFacts | undefined;
  readonly #lost = Promise.withResolvers<string>();

  private constructor(data: WriterData, onCommitted: OnCommitted) {
    this.#data = data;
    this.#onCommitted = onCommitted;
  }

  /**
   * Starts the writer and opens the file.
   *
   * @throws {Error} when another server holds the file, or it cannot be opened
   */
  static async start(data: WriterData, onCommitted: OnCommitted = ignore): Promise<SqliteWriter> {
    const writer = new SqliteWriter(data, onCommitted);
    await new Promise<void>((resolve, reject) => writer.#start(resolve, reject));
    return writer;
  }

  /** Resolves with the reason once the file is not this server's any more, so that the process must end. */
  get lost(): Promise<string> {
    return this.#lost.promise;
  }

  execute(batch: Batch): Promise<readonly Outcome[]> {
    return new Promise((resolve) => {
      const worker = this.#running();
      const call = this.#register({ kind: 'execute', size: batch.submissions.length, resolve });
      const submissions = batch.submissions.map(flatSubmission);
      this.#post(worker, { kind: 'execute', call, submissions, nowMs: batch.nowMs });
    });
  }

  /** One short step of forgetting, in its turn among the batches. */
  sweep(nowMs: number, limits: SweepLimits): Promise<SweepReport> {
    return new Promise((resolve, reject) => {
      const worker = this.#running();
      const call = this.#register({ kind: 'sweep', resolve, reject });
      this.#post(worker, { kind: 'sweep', call, nowMs, limits });
    });
  }

  /** Commits a probe, in its turn among the batches. */
  probe(): Promise<Durability> {
    return new Promise((resolve, reject) => {
      const worker = this.#running();
      const call = this.#register({ kind: 'probe', resolve, reject });
      this.#post(worker, { kind: 'probe', call });
    });
  }

  /** Takes a part of a budget, in its turn among the batches: what was taken in its window after it. */
  takeBudget(part: BudgetPart): Promise<number> {
    return new Promise((resolve, reject) => {
      const worker = this.#running();
      const call = this.#register({ kind: 'take_budget', resolve, reject });
      this.#post(worker, { kind: 'take_budget', call, part });
    });
  }

  /** Closes the file after all earlier requests. */
  close(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onExit = resolve;
      this.#post(worker, { kind: 'close' });
    });
  }

  #running(): Worker {
    // A writer that died (out of memory, a defect) is restarted; its work is already answered.
    return this.#worker ?? this.#start(ignore, ignore);
  }

  #start(opened: () => void, failed: (error: Error) => void): Worker {
    const worker = new Worker(new URL('./writer-thread.ts', import.meta.url), { workerData: this.#data });
    worker.on('message', (reply: WriterReply) => {
      if (reply.kind === 'opened') {
        this.#isOpened = true;
        opened();
      } else if (reply.kind === 'open_failed')
        this.#failed(new StorageFault('unavailable', reply.facts), failed);
      else if (reply.kind === 'lost') this.#lost.resolve(reply.reason);
      else this.#settle(reply);
    });
    worker.on('error', (error) => this.#failed(error, failed));
    worker.on('exit', () => this.#exited(worker));
    this.#worker = worker;
    this.#isOpened = false;
    return worker;
  }

  #register(pending: Pending): number {
    this.#lastCall += 1;
    this.#pending.set(this.#lastCall, pending);
    return this.#lastCall;
  }

  #post(worker: Worker, call: WriterCall): void {
    worker.postMessage(call);
  }

  #settle(reply: Exclude<WriterReply, { kind: 'opened' | 'open_failed' | 'lost' }>): void {
    if (reply.kind === 'executed') {
      this.#onCommitted(reply.items, reply.commitMs);
      for (const { call, outcomes } of reply.executed) {
        const pending = this.#taken(call);
        if (pending?.kind === 'execute') pending.resolve(outcomes.map(outcomeOf));
      }
      return;
    }
    const pending = this.#taken(reply.call);
    if (pending === undefined || pending.kind === 'execute') return;
    if (reply.kind === 'failed') pending.reject(new StorageFault(reply.fault, reply.facts));
    else if (reply.kind === 'swept' && pending.kind === 'sweep') pending.resolve(reply.report);
    else if (reply.kind === 'budget_taken' && pending.kind === 'take_budget') pending.resolve(reply.taken);
    else if (reply.kind === 'probed' && pending.kind === 'probe') pending.resolve(reply.durability);
  }

  #taken(call: number): Pending | undefined {
    const pending = this.#pending.get(call);
    this.#pending.delete(call);
    return pending;
  }

  /** Keeps the reason why the thread ends, for the answers of its requests. */
  #failed(error: unknown, failed: (error: Error) => void): void {
    this.#endedBy = factsOf(error);
    failed(error instanceof Error ? error : new StorageFault('unavailable', this.#endedBy));
  }

  #exited(worker: Worker): void {
    if (this.#worker === worker) this.#worker = undefined;
    const facts = this.#endedBy ?? { engine: 'sqlite', message: 'the thread of the writer ended' };
    this.#endedBy = undefined;
    const fault: Outcome = {
      kind: 'fault',
      code: this.#isOpened ? 'outcome_unknown' : 'storage_unavailable',
      facts,
    };
    for (const pending of this.#pending.values()) {
      if (pending.kind !== 'execute') pending.reject(new StorageFault('unavailable', facts));
      else pending.resolve(Array.from({ length: pending.size }, () => fault));
    }
    this.#pending.clear();
    this.#onExit?.();
  }
}

/** A failed restart shows as an exit, which fails the calls that arrived meanwhile. */
function ignore(): void {}
