import { type Batch, type BatchExecutor, itemsOf } from './batch-executor.ts';
import type { Outcome } from './submission.ts';

/** With this many items the cost of a commit is spread thin; more would only make the others wait. */
export const batchItemsMax = 2_000;

/** Lighter submissions do not wait for one of this weight. */
export const heavyItemsMin = 500;

/**
 * How many of the next weights are committed together: as many as fit, with heavy and light ones apart, or a single one
 * that is too heavy.
 */
export function togetherCount(weights: readonly number[]): number {
  let sum = 0;
  const isHeavy = (weight = 0) => weight >= heavyItemsMin;
  const end = weights.findIndex((weight, index) => {
    sum += weight;
    return index > 0 && (sum > batchItemsMax || isHeavy(weight) !== isHeavy(weights[0]));
  });
  return end < 0 ? weights.length : end;
}

/** Called after each batch with its items, and the time from load to commit. */
export type OnCommitted = (items: number, commitMs: number) => void;

/** Commits consecutive batches as one, and returns to each its own outcomes. */
export async function executeTogether(
  batches: readonly Batch[],
  executor: BatchExecutor,
  onCommitted: OnCommitted,
): Promise<(readonly Outcome[])[]> {
  const nowMs = batches.at(-1)?.nowMs;
  if (nowMs === undefined) return [];
  const together = { submissions: batches.flatMap(({ submissions }) => submissions), nowMs };
  const startedMs = performance.now();
  const outcomes = await executor.execute(together);
  onCommitted(itemsOf(together), performance.now() - startedMs);
  let from = 0;
  return batches.map(({ submissions }) => {
    const own = outcomes.slice(from, from + submissions.length);
    from += submissions.length;
    return own;
  });
}

interface Waiting {
  readonly batch: Batch;
  readonly resolve: (outcomes: readonly Outcome[]) => void;
  readonly reject: (error: unknown) => void;
}

/** An executor that commits one batch at a time: everything that arrives meanwhile becomes the next one. */
export class GatheringExecutor implements BatchExecutor {
  readonly #executor: BatchExecutor;
  readonly #onCommitted: OnCommitted;
  readonly #waiting: Waiting[] = [];
  #isBusy = false;

  constructor(executor: BatchExecutor, onCommitted: OnCommitted) {
    this.#executor = executor;
    this.#onCommitted = onCommitted;
  }

  execute(batch: Batch): Promise<readonly Outcome[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ batch, resolve, reject });
      if (!this.#isBusy) this.#run().catch(reject);
    });
  }

  async #run(): Promise<void> {
    this.#isBusy = true;
    while (this.#waiting.length > 0) {
      const next = this.#take();
      try {
        const batches = next.map(({ batch }) => batch);
        const outcomes = await executeTogether(batches, this.#executor, this.#onCommitted);
        for (const [index, { resolve }] of next.entries()) resolve(outcomes[index] ?? []);
      } catch (error) {
        for (const { reject } of next) reject(error);
      }
    }
    this.#isBusy = false;
  }

  #take(): Waiting[] {
    return this.#waiting.splice(0, togetherCount(this.#waiting.map(({ batch }) => itemsOf(batch))));
  }
}
