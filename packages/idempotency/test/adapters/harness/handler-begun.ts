import type { LawWork } from '../../../src/testing/adapter-laws.ts';

/** Waits for the next handler to begin: the timeout of a test then answers in its place, without a clock. */
export function handlerBegun({ before }: LawWork): Promise<void> {
  return before.arrival(before.arrivals + 1);
}
