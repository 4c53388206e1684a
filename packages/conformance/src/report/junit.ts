import { escapeMarkup } from './markup.ts';
import { type CheckReport, countsOf, type Report } from './report.ts';

/** The report in the form of JUnit: a failed check fails; an inconclusive or not applicable check is skipped. */
export function junitText(report: Report): string {
  const { failed, inconclusive, 'not-applicable': other } = countsOf(report);
  const groups = [...new Set(report.checks.map(({ group }) => group))];
  const suites = groups.map((group) => {
    const checks = report.checks.filter((check) => check.group === group);
    return `<testsuite name="${escapeMarkup(group)}" tests="${checks.length}">\n${checks.map(testcase).join('')}</testsuite>\n`;
  });
  const attributes = `name="${report.tool}" tests="${report.checks.length}" failures="${failed}" skipped="${inconclusive + other}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${attributes}>\n${suites.join('')}</testsuites>\n`;
}

function testcase({
  id,
  group,
  sentence,
  level,
  clause,
  verdict,
  reason,
  curl,
  tookMs,
}: CheckReport): string {
  const head = `<testcase classname="${escapeMarkup(group)}" name="${id}: ${escapeMarkup(sentence)}" time="${tookMs / 1000}">`;
  const message = escapeMarkup(reason);
  if (verdict === 'passed') return `${head}</testcase>\n`;
  if (verdict === 'failed') {
    const details = escapeMarkup(`${level}; ${clause}\n${curl}`);
    return `${head}<failure message="${message}">${details}</failure></testcase>\n`;
  }
  return `${head}<skipped message="${verdict}: ${message}"/></testcase>\n`;
}
