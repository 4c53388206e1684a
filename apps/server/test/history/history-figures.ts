import { figure } from '../harness/proofs.ts';

/** How much was done during a history. */
export interface HistoryFigures {
  /** reads, writes with different keys, and each item of a bulk */
  readonly operations: number;
  /** the same, with a bulk counted as one */
  readonly requests: number;
  /** how often requests were sent */
  readonly attempts: number;
  readonly unanswered: number;
  /** how often each kind of failure was caused */
  readonly struck: ReadonlyMap<string, number>;
}

/** What several histories come to. */
export function sumOf(all: readonly HistoryFigures[]): HistoryFigures {
  const struck = new Map<string, number>();
  for (const [what, count] of all.flatMap((one) => [...one.struck]))
    struck.set(what, (struck.get(what) ?? 0) + count);
  const sum = (countOf: (one: HistoryFigures) => number) =>
    all.reduce((total, one) => total + countOf(one), 0);
  return {
    operations: sum(({ operations }) => operations),
    requests: sum(({ requests }) => requests),
    attempts: sum(({ attempts }) => attempts),
    unanswered: sum(({ unanswered }) => unanswered),
    struck,
  };
}

/** The figures in words. */
export function wordsOf({ operations, requests, attempts, unanswered, struck }: HistoryFigures): string {
  const words = [...struck].map(([what, count]) => `${what} ${figure(count)} ×`).join(', ');
  const inBulks = operations === requests ? '' : `${figure(operations)} operations in `;
  return `${inBulks}${figure(requests)} requests, sent ${figure(attempts)} times, ${figure(unanswered)} of them not answered; ${words}`;
}
