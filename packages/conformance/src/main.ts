#!/usr/bin/env node
import { writeFileSync } from 'node:fs';
import { helpText } from './cli/help.ts';
import { type Output, parseOptions } from './cli/parse-options.ts';
import type { Plan } from './plan.ts';
import { htmlText } from './report/html.ts';
import { junitText } from './report/junit.ts';
import { exitCodeOf, type Report } from './report/report.ts';
import { announcement, listing, resultLine, summaryText } from './report/text.ts';
import { runConformance } from './run.ts';
import { readVersion } from './version.ts';

/** Replaces control characters: the answer of an API may contain some that the terminal would obey. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd');
}

function print(text: string): void {
  process.stdout.write(printable(text));
}

function complain(text: string): void {
  process.stderr.write(printable(`billonce-conformance: ${text}\n`));
}

async function run(args: readonly string[]): Promise<number> {
  const parsed = parseOptions(args);
  switch (parsed.kind) {
    case 'help':
      print(helpText());
      return 0;
    case 'version':
      print(`billonce-conformance ${readVersion()}\n`);
      return 0;
    case 'invalid':
      for (const mistake of parsed.mistakes) complain(mistake);
      complain('--help lists the options');
      return 2;
    case 'valid':
      return await runPlan(parsed.plan, parsed.output);
  }
}

async function runPlan(plan: Plan, output: Output): Promise<number> {
  print(announcement(plan));
  if (output.isDryRun) {
    print(`\n${listing(plan)}`);
    return 0;
  }
  const result = await runConformance(plan, (report) => {
    if (!output.isQuiet) print(resultLine(report));
  });
  if (result.kind === 'not-run') {
    complain(result.reason);
    return 2;
  }
  print(summaryText(result.report));
  writeReports(result.report, output);
  return exitCodeOf(result.report);
}

function writeReports(report: Report, { json, junit, html }: Output): void {
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(report, undefined, 2)}\n`);
  if (junit !== undefined) writeFileSync(junit, junitText(report));
  if (html !== undefined) writeFileSync(html, htmlText(report));
}

// By default a signal ends the process without the event `exit`, and the API of --start would go on.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(2));
process.exitCode = await run(process.argv.slice(2));
