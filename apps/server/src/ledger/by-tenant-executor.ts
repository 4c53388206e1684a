import type { Batch, BatchExecutor } from './batch-executor.ts';
import type { Outcome } from './submission.ts';

/**
 * An executor that cuts batches by tenant, for a database that has the rows of each tenant in one place: one transaction for
 * each tenant of a batch, in the order in which the tenants come first. The commands of a tenant keep their order.
 */
export class ByTenantExecutor implements BatchExecutor {
  readonly #executor: BatchExecutor;

  constructor(executor: BatchExecutor) {
    this.#executor = executor;
  }

  async execute({ submissions, nowMs }: Batch): Promise<readonly Outcome[]> {
    const places = Map.groupBy(submissions.keys(), (place) => submissions[place]?.tenant);
    const outcomes: (readonly [place: number, outcome: Outcome])[] = [];
    for (const own of places.values()) {
      const cut = submissions.filter((_, place) => own.includes(place));
      const found = await this.#executor.execute({ submissions: cut, nowMs });
      for (const [n, outcome] of found.entries()) outcomes.push([own[n] ?? -1, outcome]);
    }
    return outcomes.sort(([a], [b]) => a - b).map(([, outcome]) => outcome);
  }
}
