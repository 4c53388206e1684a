import type { Growth } from '../oracle/effect-meter.ts';
import { failed, inconclusive, passed, type Verdict } from './verdict.ts';

/** Judges how often something was executed. Without a count nothing can be said. */
export function judgeExecutions(growth: Growth, expected: number, keys = `${expected}`): Verdict {
  switch (growth.kind) {
    case 'unknown':
      return inconclusive(`the number of executions is unknown: ${growth.reason}`);
    case 'uneven':
      return inconclusive(`the count changed by ${growth.grown}, which is not a whole number of executions`);
    case 'counted':
      if (growth.executions === expected) return passed(`${times(growth.executions)} counted`);
      return failed(
        `${times(growth.executions)} counted, where ${keys} ${expected === 1 ? 'was' : 'were'} right`,
      );
  }
}

/**
 * Judges requests that must not have been executed. Without a count the answers alone decide, so there is no verdict
 * then.
 *
 * @returns no verdict if nothing was executed or counted
 */
export function judgeUnexecuted(growth: Growth): readonly Verdict[] {
  switch (growth.kind) {
    case 'unknown':
      return [];
    case 'uneven':
      return [failed(`it took effect: the count changed by ${growth.grown}`)];
    case 'counted':
      return growth.executions === 0 ? [] : [failed(`it took effect: ${times(growth.executions)} counted`)];
  }
}

function times(executions: number): string {
  return executions === 1 ? '1 execution' : `${executions} executions`;
}
