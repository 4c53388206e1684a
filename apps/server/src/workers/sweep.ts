import type { Logger } from 'pino';

/** The storage that is swept, one short step at a time; the cursor of a step is the storage's own. */
export interface Sweepable<C> {
  sweep(
    nowMs: number,
    step: {
      readonly answerTtlMs: number;
      readonly retentionMs: number;
      readonly rowsMax: number;
      readonly cursor: C | undefined;
    },
  ): Promise<SweptStep<C>>;
}

/** What a step did. `failures` are tasks that could not be done; the others of the step were. */
export interface SweptStep<C> {
  readonly kind: string;
  readonly isDone: boolean;
  readonly cursor?: C | undefined;
  readonly failures: readonly { readonly task: string; readonly message: string }[];
}

const rowsMax = 2_000;
const everyMs = 6 * 3_600_000;
/** After a run that failed, or in which a task did. */
const againAfterMs = 600_000;

/** Forgets what has expired: `runOnce` walks all of it in short steps, and a loop runs it every six hours. */
export class Sweep<C = unknown> {
  readonly #storage: Sweepable<C>;
  readonly #limits: { readonly answerTtlMs: number; readonly retentionMs: number };
  readonly #nowMs: () => number;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(
    storage: Sweepable<C>,
    limits: { readonly answerTtlMs: number; readonly retentionMs: number },
    nowMs: () => number,
    log: Logger,
  ) {
    this.#storage = storage;
    this.#limits = limits;
    this.#nowMs = nowMs;
    this.#log = log;
  }

  /** Sweeps once, all the way through, and returns what each step did. A task that fails is logged. */
  async runOnce(): Promise<readonly SweptStep<C>[]> {
    const { answerTtlMs, retentionMs } = this.#limits;
    const reports: SweptStep<C>[] = [];
    const failed = new Set<string>();
    let cursor: C | undefined;
    let isDone = false;
    while (!isDone && !this.#isStopped) {
      const report = await this.#storage.sweep(this.#nowMs(), { answerTtlMs, retentionMs, rowsMax, cursor });
      reports.push(report);
      for (const failure of report.failures) {
        if (!failed.has(failure.task)) this.#log.warn(failure, 'a task of the sweep failed');
        failed.add(failure.task);
      }
      ({ cursor, isDone } = report);
    }
    return reports;
  }

  start(): void {
    this.#schedule(0);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #schedule(inMs: number): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.runOnce()
        .then((reports) => {
          this.#log.debug({ reports }, 'swept');
          return reports.every(({ failures }) => failures.length === 0);
        })
        .catch((error: unknown) => {
          this.#log.warn({ err: error }, 'the sweep failed; it is tried again');
          return false;
        })
        .then((isComplete) => this.#schedule(isComplete ? everyMs : againAfterMs))
        .catch(() => undefined);
    }, inMs);
    this.#timer.unref();
  }
}
