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
  ): Promise<{ readonly kind: string; readonly isDone: boolean; readonly cursor?: C | undefined }>;
}

const rowsMax = 2_000;
const everyMs = 6 * 3_600_000;

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

  /** Sweeps once, all the way through, and returns what each step did. */
  async runOnce(): Promise<readonly { readonly kind: string }[]> {
    const { answerTtlMs, retentionMs } = this.#limits;
    const reports: { readonly kind: string }[] = [];
    let cursor: C | undefined;
    let isDone = false;
    while (!isDone && !this.#isStopped) {
      const report = await this.#storage.sweep(this.#nowMs(), { answerTtlMs, retentionMs, rowsMax, cursor });
      reports.push(report);
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
        .then((reports) => this.#log.debug({ reports }, 'swept'))
        .catch((error: unknown) => this.#log.warn({ err: error }, 'the sweep failed; it is tried again'))
        .finally(() => this.#schedule(everyMs));
    }, inMs);
    this.#timer.unref();
  }
}
