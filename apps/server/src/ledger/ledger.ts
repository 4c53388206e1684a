import type { BatchExecutor } from './batch-executor.ts';
import { FairQueue, type Queued } from './fair-queue.ts';
import type { Outcome, Submission } from './submission.ts';

/** The bounds of the write path, in items: a single command weighs 1, a bulk as much as it has items. */
export interface LedgerLimits {
  readonly queuedItemsMax: number;
  readonly batchItemsMax: number;
}

const ledgerLimitsDefault: LedgerLimits = { queuedItemsMax: 100_000, batchItemsMax: 2_000 };

interface Waiting extends Queued {
  readonly submission: Submission;
  readonly answer: (outcome: Outcome) => void;
}

/**
 * The write path: what arrives while a batch is being committed becomes the next batch. An idle ledger begins at
 * once; nothing is ever held back by a timer.
 */
export class Ledger {
  readonly #executor: BatchExecutor;
  readonly #nowMs: () => number;
  readonly #queue: FairQueue<Waiting>;
  #state: 'idle' | 'scheduled' | 'running' = 'idle';
  #isClosing = false;
  #onDrained: (() => void) | undefined;

  constructor(executor: BatchExecutor, nowMs: () => number, limits: LedgerLimits = ledgerLimitsDefault) {
    this.#executor = executor;
    this.#nowMs = nowMs;
    this.#queue = new FairQueue({ queuedMax: limits.queuedItemsMax, takenMax: limits.batchItemsMax });
  }

  /** Whether new submissions are taken. */
  get isOpen(): boolean {
    return !this.#isClosing;
  }

  /** Items that wait. */
  get queuedItems(): number {
    return this.#queue.weight;
  }

  /** Submits a command. Resolves once its outcome is on disk, and never rejects. */
  submit(submission: Submission): Promise<Outcome> {
    if (this.#isClosing) return Promise.resolve({ kind: 'fault', code: 'shutting_down', detail: 'draining' });
    return new Promise((answer) => {
      const { tenant, key, command } = submission;
      const weight = command.kind === 'record_usage_bulk' ? command.items.length : 1;
      const lane = `${tenant} ${key?.scope ?? ''}`;
      if (!this.#queue.offer({ lane, weight, submission, answer })) {
        answer({ kind: 'fault', code: 'overloaded', detail: 'the queue is full' });
        return;
      }
      this.#schedule();
    });
  }

  /** Takes no more, and resolves when everything that was taken has its outcome. */
  drain(): Promise<void> {
    this.#isClosing = true;
    if (this.#state === 'idle') return Promise.resolve();
    return new Promise((resolve) => {
      this.#onDrained = resolve;
    });
  }

  #schedule(): void {
    if (this.#state !== 'idle') return;
    this.#state = 'scheduled';
    // Not a delay: whatever the sockets already delivered in this turn of the loop comes along.
    setImmediate(() => this.#run());
  }

  #run(): void {
    this.#state = 'running';
    const waiting = this.#queue.take();
    this.#executor
      .execute({ submissions: waiting.map(({ submission }) => submission), nowMs: this.#nowMs() })
      .then((outcomes) => this.#answer(waiting, outcomes))
      .catch((error: unknown) => this.#answer(waiting, [], String(error)));
  }

  #answer(waiting: readonly Waiting[], outcomes: readonly Outcome[], detail = 'no outcome'): void {
    // The next batch is on its way before these answers are written: the writer never waits for the sockets.
    if (this.#queue.isEmpty) {
      this.#state = 'idle';
      this.#onDrained?.();
    } else {
      this.#run();
    }
    for (const [index, { answer }] of waiting.entries()) {
      answer(outcomes[index] ?? { kind: 'fault', code: 'outcome_unknown', detail });
    }
  }
}
