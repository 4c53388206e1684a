import type { LawWork } from '../../../src/testing/adapter-laws.ts';

/** Waits for the next handler that begins: a timeout of a test then answers in its place, and needs no clock. */
export function handlerBegun({ before }: LawWork): Promise<void> {
  return before.arrival(before.arrivals + 1);
}
