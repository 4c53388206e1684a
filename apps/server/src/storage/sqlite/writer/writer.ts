import type { MessagePort } from 'node:worker_threads';
import { type FaultFacts, factsOf } from '../../../fault-facts.ts';
import type { Batch, BatchExecutor } from '../../../ledger/batch-executor.ts';
import type { OnCommitted } from '../../../ledger/gathering-executor.ts';
import { type Durability, StorageFault } from '../../../ledger/storage-port.ts';
import type { Outcome } from '../../../ledger/submission.ts';
import type { SweepLimits } from '../../sweep-step.ts';
import type { BudgetPart } from '../upkeep/rate-budgets.ts';
import type { SweepReport } from '../upkeep/sweep.ts';
import { flatSubmission, outcomeOf } from './flat-messages.ts';
import type { OpenLine, WriterLine } from './writer-line.ts';
import type { WriterReply } from './writer-messages.ts';

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

/** The writer of a database file, which has a separate thread, at the end of a line to it. */
export class SqliteWriter implements BatchExecutor {
  readonly #open: OpenLine;
  readonly #onCommitted: OnCommitted;
  readonly #pending = new Map<number, Pending>();
  #line: WriterLine | undefined;
  #isOpened = false;
  #lastCall = 0;
  #onEnd: (() => void) | undefined;
  #endedBy: FaultFacts | undefined;
  readonly #lost = Promise.withResolvers<string>();

  private constructor(open: OpenLine, onCommitted: OnCommitted) {
    this.#open = open;
    this.#onCommitted = onCommitted;
  }

  /**
   * Opens the line, and with the first one of a writer the file.
   *
   * @throws {Error} when another server holds the file, or it cannot be opened
   */
  static async start(open: OpenLine, onCommitted: OnCommitted = ignore): Promise<SqliteWriter> {
    const writer = new SqliteWriter(open, onCommitted);
    await new Promise<void>((resolve, reject) => writer.#start(resolve, reject));
    return writer;
  }

  /** Resolves with the reason once the file is not this server's any more, so that the process must end. */
  get lost(): Promise<string> {
    return this.#lost.promise;
  }

  execute(batch: Batch): Promise<readonly Outcome[]> {
    return new Promise((resolve) => {
      const line = this.#running();
      const call = this.#register({ kind: 'execute', size: batch.submissions.length, resolve });
      const submissions = batch.submissions.map(flatSubmission);
      line.post({ kind: 'execute', call, submissions, nowMs: batch.nowMs });
    });
  }

  /** One short step of forgetting, in its turn among the batches. */
  sweep(nowMs: number, limits: SweepLimits): Promise<SweepReport> {
    return new Promise((resolve, reject) => {
      const line = this.#running();
      const call = this.#register({ kind: 'sweep', resolve, reject });
      line.post({ kind: 'sweep', call, nowMs, limits });
    });
  }

  /** Commits a probe, in its turn among the batches. */
  probe(): Promise<Durability> {
    return new Promise((resolve, reject) => {
      const line = this.#running();
      const call = this.#register({ kind: 'probe', resolve, reject });
      line.post({ kind: 'probe', call });
    });
  }

  /** Takes a part of a budget, in its turn among the batches: what was taken in its window after it. */
  takeBudget(part: BudgetPart): Promise<number> {
    return new Promise((resolve, reject) => {
      const line = this.#running();
      const call = this.#register({ kind: 'take_budget', resolve, reject });
      line.post({ kind: 'take_budget', call, part });
    });
  }

  /** Connects another line to the thread of the writer. */
  connect(port: MessagePort): void {
    this.#running().connect(port);
  }

  /** Closes the file, or only this line to the writer, after all earlier requests on it. */
  close(): Promise<void> {
    const line = this.#line;
    if (line === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onEnd = resolve;
      line.post({ kind: 'close' });
    });
  }

  #running(): WriterLine {
    // A writer that died (out of memory, a defect) is restarted; its work is already answered.
    return this.#line ?? this.#start(ignore, ignore);
  }

  #start(opened: () => void, failed: (error: Error) => void): WriterLine {
    const line = this.#open({
      replied: (reply) => {
        if (reply.kind === 'opened') {
          this.#isOpened = true;
          opened();
        } else if (reply.kind === 'lost') this.#lost.resolve(reply.reason);
        else this.#settle(reply);
      },
      failed: (error) => this.#failed(error, failed),
      ended: () => {
        this.#ended(line);
        failed(new StorageFault('unavailable', ended));
      },
    });
    this.#line = line;
    this.#isOpened = false;
    return line;
  }

  #register(pending: Pending): number {
    this.#lastCall += 1;
    this.#pending.set(this.#lastCall, pending);
    return this.#lastCall;
  }

  #settle(reply: Exclude<WriterReply, { kind: 'opened' | 'open_failed' | 'lost' }>): void {
    if (reply.kind === 'executed') {
      if (reply.items > 0) this.#onCommitted(reply.items, reply.commitMs);
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

  #ended(line: WriterLine): void {
    if (this.#line === line) this.#line = undefined;
    const facts = this.#endedBy ?? ended;
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
    this.#onEnd?.();
  }
}

const ended: FaultFacts = { engine: 'sqlite', message: 'the thread of the writer ended' };

/** A failed restart shows as an exit, which fails the calls that arrived meanwhile. */
function ignore(): void {}
