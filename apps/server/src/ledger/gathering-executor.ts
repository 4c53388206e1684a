import { type Batch, type BatchExecutor, itemsOf } from './batch-executor.ts';
import type { Outcome } from './submission.ts';

/** A batch of this many items spreads the cost of its commit thin; more would only make the others wait. */
const batchItemsMax = 2_000;

/** What is lighter does not wait for what weighs so much. */
export const heavyItemsMin = 500;

/**
 * How many of the next weights are committed together: as many as fit, heavy ones and light ones apart, and one that alone
 * is too heavy.
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

/** Is told of each batch: its items, and how long it took from load to commit. */
export type OnCommitted = (items: number, commitMs: number) => void;

/** Commits batches that follow on one another as one, and gives each its own outcomes. */
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

/** An executor that commits one batch at a time: whatever arrives meanwhile becomes the next one. */
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
