import type { Limit } from '../../domain/limit.ts';
import type { LimitCounter } from '../../domain/limit-counter.ts';

/** Names a counter. */
export type CounterKey = Pick<LimitCounter, 'limitId' | 'subject'>;

/** Reads of limits. */
export interface LimitReads {
  /** those that were not deleted, by their names */
  limits(tenant: string): Promise<readonly Limit[]>;
  /** the counters of a limit whose subjects sort after the given one, in the order of their subjects */
  limitCounters(
    tenant: string,
    limitId: string,
    afterSubject: string | undefined,
    limit: number,
  ): Promise<readonly LimitCounter[]>;
  /** some counters; those for which nothing was counted are missing */
  namedCounters(tenant: string, keys: readonly CounterKey[]): Promise<readonly LimitCounter[]>;
}
