import type { VerdictKind } from '../judge/verdict.ts';
import type { Plan } from '../plan.ts';
import { checksOf, profileOf, requestsOf } from '../run.ts';
import { type CheckReport, countingFailures, countsOf, type Report } from './report.ts';

const marks: Readonly<Record<VerdictKind, string>> = {
  passed: 'passed        ',
  failed: 'FAILED        ',
  inconclusive: 'inconclusive  ',
  'not-applicable': 'not applicable',
};

/** Announces what a run will send. */
export function announcement(plan: Plan): string {
  const { limits, start, second, count } = plan;
  const lines = [
    `Sends at most ${requestsOf(plan)} requests (${plan.method} ${plan.url.href}), at most ${limits.perSecond} a second.`,
    `Many of them take effect: each check executes the request once or more. Use an API that may contain test data.`,
    `Profile ${plan.profile}: ${profileOf(plan).title}. Seed ${plan.seed}.`,
  ];
  if (second !== undefined) lines.push(`Some are sent to ${second.href}.`);
  if (start !== undefined) lines.push(`Starts, stops and kills the API: ${start}`);
  if (count === undefined)
    lines.push('Without --count the command cannot find out whether a request is executed once.');
  return `${lines.join('\n')}\n`;
}

/** The checks of a plan, for `--dry-run`. */
export function listing(plan: Plan): string {
  const { concurrency } = plan.limits;
  return checksOf(plan)
    .map(
      ({ id, sentence, requestsMax }) =>
        `${id.padEnd(24)}${String(requestsMax(concurrency)).padStart(4)}  ${sentence}\n`,
    )
    .join('');
}

/** One line for one result. */
export function resultLine({ verdict, level, id, reason }: CheckReport): string {
  return `${marks[verdict]}  ${level.padEnd(6)}  ${id.padEnd(22)}  ${reason}\n`;
}

/** The summary at the end of a run. */
export function summaryText(report: Report): string {
  const counts = countsOf(report);
  const counting = countingFailures(report);
  const head = `${counts.passed} passed, ${counts.failed} failed, ${counts.inconclusive} inconclusive, ${counts['not-applicable']} not applicable; ${report.requests} requests in ${(report.tookMs / 1000).toFixed(1)} s.\n`;
  const failures = report.checks.filter(({ verdict }) => verdict === 'failed');
  const details = failures.map(
    ({ id, level, clause, sentence, reason, harm, curl }) =>
      `\n${id} (${level}; ${clause})\n  should: ${sentence}\n  was:    ${reason}\n  so:     ${harm}\n${indented(curl)}`,
  );
  return `\n${head}${details.join('')}\n${conclusion(report, counting.length, failures.length)}\n`;
}

function conclusion(report: Report, counting: number, failed: number): string {
  if (counting > 0)
    return `Not conformant: ${counting} of the failures ${counting === 1 ? 'is' : 'are'} of the level ${report.failOn} or above.`;
  const blind =
    report.countedBy === undefined ? ' Whether requests are executed once was not counted: add --count.' : '';
  return failed > 0 ? `No failure of the level ${report.failOn} or above.${blind}` : `No failure.${blind}`;
}

function indented(curl: string): string {
  return curl === ''
    ? ''
    : `  repeat:\n${curl
        .split('\n')
        .map((line) => `    ${line}\n`)
        .join('')}`;
}
