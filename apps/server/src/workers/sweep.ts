import type { Logger } from 'pino';

/** The storage to sweep, one short step at a time; the storage defines the cursor of a step. */
export interface Sweepable<C> {
  sweep(
    nowMs: number,
    step: {
      readonly answerTtlMs: number;
      readonly retentionMs: number;
      readonly rowsMax: number;
      readonly onlyEvicts?: boolean;
      readonly cursor: C | undefined;
    },
  ): Promise<SweptStep<C>>;
}

/** The result of a step. `failures` are tasks that failed; the other tasks of the step were done. */
export interface SweptStep<C> {
  readonly kind: string;
  readonly isDone: boolean;
  readonly cursor?: C | undefined;
  /** records from before this time are forgotten */
  readonly forgottenBeforeMs?: number | undefined;
  readonly failures: readonly { readonly task: string; readonly message: string }[];
}

const rowsMax = 2_000;
const everyMs = 6 * 3_600_000;
/** The bytes or answers stored since the last eviction that cause another one; less if that part of their caps is less. */
const evictAfterBytes = { least: 65_536, most: 64 * 1_024 ** 2 } as const;
const evictAfterAnswers = { least: 1_000, most: 50_000 } as const;
/** A scope may exceed its cap by one part in this many of the cap, and by what is stored during an eviction. */
const partOfCap = 16;
/** The pause after a run, or a task in it, failed. */
const againAfterMs = 600_000;

/** The settings of the sweep. The caps are those of one scope. */
export interface SweepBounds {
  readonly answerTtlMs: number;
  readonly retentionMs: number;
  readonly answersMax: number;
  readonly answerBytesMax: number;
}

/** Forgets what has expired: `runOnce` goes through everything in short steps, and a loop runs it every six hours. */
export class Sweep<C = unknown> {
  readonly #storage: Sweepable<C>;
  readonly #limits: SweepBounds;
  readonly #nowMs: () => number;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | undefined;
  #stored = { answers: 0, bytes: 0 };
  #evicting: Promise<void> | undefined;
  #isStopped = false;

  constructor(storage: Sweepable<C>, limits: SweepBounds, nowMs: () => number, log: Logger) {
    this.#storage = storage;
    this.#limits = limits;
    this.#nowMs = nowMs;
    this.#log = log;
  }

  /** Sweeps everything once, and returns the result of each step. A task that fails is logged. */
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

  /** Counts a stored answer. If there are many, those that they evicted are deleted soon, not only by the next sweep. */
  answerStored(bytes: number): void {
    this.#stored.answers += 1;
    this.#stored.bytes += bytes;
    if (this.#evicting !== undefined || this.#isStopped || !this.#isMuch) return;
    this.#stored = { answers: 0, bytes: 0 };
    this.#evicting = this.#evict()
      .catch((error: unknown) =>
        this.#log.warn({ err: error }, 'evicted answers were not deleted; the sweep will delete them'),
      )
      .then(() => {
        this.#evicting = undefined;
      });
  }

  /** Resolves once no eviction is under way. */
  async evicted(): Promise<void> {
    await this.#evicting;
  }

  get #isMuch(): boolean {
    const { answersMax, answerBytesMax } = this.#limits;
    return (
      this.#stored.bytes >= within(answerBytesMax / partOfCap, evictAfterBytes) ||
      this.#stored.answers >= within(answersMax / partOfCap, evictAfterAnswers)
    );
  }

  async #evict(): Promise<void> {
    const { answerTtlMs, retentionMs } = this.#limits;
    const step = { answerTtlMs, retentionMs, rowsMax, onlyEvicts: true, cursor: undefined };
    let isDone = false;
    while (!isDone && !this.#isStopped) ({ isDone } = await this.#storage.sweep(this.#nowMs(), step));
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
          this.#log.warn({ err: error }, 'the sweep failed; the server will retry');
          return false;
        })
        .then((isComplete) => this.#schedule(isComplete ? everyMs : againAfterMs))
        .catch(() => undefined);
    }, inMs);
    this.#timer.unref();
  }
}

function within(value: number, { least, most }: { readonly least: number; readonly most: number }): number {
  return Math.min(most, Math.max(least, value));
}
