import type { VerdictKind } from '../judge/verdict.ts';
import { type Level, levels } from '../level.ts';

/** The result of one check. */
export interface CheckReport {
  readonly id: string;
  readonly group: string;
  readonly sentence: string;
  readonly harm: string;
  readonly level: Level;
  readonly clause: string;
  readonly verdict: VerdictKind;
  readonly reason: string;
  readonly requests: number;
  readonly tookMs: number;
  /** the keys that were sent, so that the owner finds them in a log */
  readonly keys: readonly string[];
  /** commands for a shell that repeat the check */
  readonly curl: string;
}

/** The result of a run. */
export interface Report {
  readonly tool: string;
  readonly version: string;
  readonly url: string;
  readonly method: string;
  readonly profile: string;
  readonly title: string;
  readonly source: string;
  readonly seed: string;
  readonly startedAt: string;
  readonly tookMs: number;
  readonly requests: number;
  /** where effects were counted; `undefined` if they were not */
  readonly countedBy: string | undefined;
  readonly failOn: Level;
  readonly checks: readonly CheckReport[];
}

/** How many checks have each verdict. */
export function countsOf({ checks }: Pick<Report, 'checks'>): Readonly<Record<VerdictKind, number>> {
  const of = (kind: VerdictKind) => checks.filter(({ verdict }) => verdict === kind).length;
  return {
    passed: of('passed'),
    failed: of('failed'),
    inconclusive: of('inconclusive'),
    'not-applicable': of('not-applicable'),
  };
}

/** The failed checks that count: those of the level of `--fail-on`, and of the more binding ones. */
export function countingFailures({
  checks,
  failOn,
}: Pick<Report, 'checks' | 'failOn'>): readonly CheckReport[] {
  const rank = levels.indexOf(failOn);
  return checks.filter(({ verdict, level }) => verdict === 'failed' && levels.indexOf(level) <= rank);
}

/** 0 if no check failed that counts, otherwise 1. 2 means that there is no report. */
export function exitCodeOf(report: Report): 0 | 1 {
  return countingFailures(report).length === 0 ? 0 : 1;
}
