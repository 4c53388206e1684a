import { escapeMarkup } from './markup.ts';
import { type CheckReport, countingFailures, countsOf, type Report } from './report.ts';

const style = `body { font: 17px/1.6 Georgia, serif; max-width: 42rem; margin: 3rem auto; padding: 0 1rem; color: #222; background: #fff }
h1 { font-size: 1.5rem } h2 { font-size: 1.2rem; margin-top: 2.5rem } h3 { font-size: 1rem; margin-bottom: 0.2rem }
pre { font-size: 0.8rem; background: #f4f4f0; padding: 0.8rem; overflow-x: auto } code { font-size: 0.9em }
.clause { color: #555; font-size: 0.85rem } li { margin-bottom: 0.4rem }
@media (prefers-color-scheme: dark) { body { color: #ddd; background: #1b1b1b } pre { background: #2a2a2a } .clause { color: #aaa } }`;

/** The report as a letter to the owner of the API. It is one file, and loads nothing else. */
export function htmlText(report: Report): string {
  const of = (verdict: string) => report.checks.filter((check) => check.verdict === verdict);
  const failures = of('failed');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Idempotency of ${escapeMarkup(report.url)}</title>
<style>${style}</style>
</head>
<body>
<h1>To the owner of ${escapeMarkup(`${report.method} ${report.url}`)}</h1>
<p>${escapeMarkup(opening(report))}</p>
<p>${escapeMarkup(finding(report))}</p>
${section('What should change', failures.map(failure))}
${section('What could not be seen', [list(of('inconclusive'))])}
${section('What holds', [list(of('passed'))])}
${section('What did not apply', [list(of('not-applicable'))])}
<h2>To repeat this</h2>
<p>The seed was <code>${escapeMarkup(report.seed)}</code>; the protocol is ${escapeMarkup(report.title)} (${escapeMarkup(report.source)}).
Written by ${escapeMarkup(report.tool)} ${escapeMarkup(report.version)}.</p>
</body>
</html>
`;
}

function opening(report: Report): string {
  const day = report.startedAt.slice(0, 10);
  const counted =
    report.countedBy === undefined
      ? 'We could not count effects, so we can report your answers, but not how often you executed the request.'
      : `We counted effects by: ${report.countedBy}`;
  return `On ${day} we sent your API ${report.requests} requests, as clients may send them: twice, at the same time, incomplete, slowly, with a key that was used before. ${counted}`;
}

function finding(report: Report): string {
  const counts = countsOf(report);
  const counting = countingFailures(report).length;
  if (counting > 0) {
    return `${counts.passed} of your promises hold, and ${counts.failed} do not. ${counting === 1 ? 'One of these is' : `${counting} of these are`} binding in this protocol, so a client that retries cannot rely on you yet. Each is described below, with commands to reproduce it.`;
  }
  if (counts.failed > 0) {
    return `Everything that is binding in this protocol held where we could see it (${counts.passed} checks). ${counts.failed} further changes would make retries safer for your clients.`;
  }
  return `Everything that we could see held: ${counts.passed} checks. A client may retry.`;
}

function section(title: string, parts: readonly string[]): string {
  const content = parts.join('\n');
  return content === '' ? '' : `<h2>${title}</h2>\n${content}`;
}

function failure({ id, sentence, reason, harm, level, clause, curl, keys }: CheckReport): string {
  const log =
    keys.length === 0
      ? ''
      : `<p class="clause">In your log: ${escapeMarkup(keys.slice(0, 3).join(', '))}</p>`;
  const repeat = curl === '' ? '' : `<pre>${escapeMarkup(curl)}</pre>`;
  return `<h3>${escapeMarkup(sentence)}</h3>
<p>It was not so: ${escapeMarkup(reason)}. ${escapeMarkup(harm)}</p>
<p class="clause">${id}, ${level}: ${escapeMarkup(clause)}</p>
${repeat}${log}`;
}

function list(checks: readonly CheckReport[]): string {
  if (checks.length === 0) return '';
  const items = checks.map(
    ({ sentence, reason, level }) =>
      `<li>${escapeMarkup(sentence)} <span class="clause">${level}; ${escapeMarkup(reason)}</span></li>`,
  );
  return `<ul>\n${items.join('\n')}\n</ul>`;
}
