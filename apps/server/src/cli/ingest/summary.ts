import type { IngestReport } from './ingest.ts';
import { refusalsListedMax, type Tally } from './tally.ts';

const numbers = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** What an ingestion did, as it is printed at its end. */
export function summaryOf(file: string, report: IngestReport): string {
  const { tally, source, elapsedMs } = report;
  const name = source === undefined ? '' : ` (source ${source})`;
  const seconds = elapsedMs / 1000;
  const rate = numbers.format(tally.itemsAnswered / Math.max(seconds, 0.001));
  return [
    `${headline(report)}: ${file}${name}`,
    ...table(countsOf(tally)),
    ...serviceLines(tally),
    `  ${seconds.toFixed(1)} s, ${rate} items/s`,
    ...refusalLines(tally),
    ...adviceOf(report),
    '',
  ].join('\n');
}

/** What the process ends with: 0 when everything in the file is billed. */
export function exitCodeOf({ ending, tally }: IngestReport): number {
  switch (ending.kind) {
    case 'interrupted':
      return 130;
    case 'failed':
      return 1;
    case 'finished':
      return isComplete(tally) ? 0 : 3;
  }
}

function isComplete({ rowsRefused, itemsRefused, heldBackLine }: Tally): boolean {
  return rowsRefused === 0 && itemsRefused === 0 && heldBackLine === undefined;
}

function headline({ ending, tally }: IngestReport): string {
  switch (ending.kind) {
    case 'interrupted':
      return 'stopped';
    case 'failed':
      return 'failed';
    case 'finished':
      return isComplete(tally) ? 'finished' : 'finished, but not with everything';
  }
}

type Count = readonly [name: string, count: number];

function countsOf(tally: Tally): Count[] {
  const always: Count[] = [
    ['rows read', tally.rowsRead],
    ['items sent', tally.itemsAnswered],
    ['recorded', tally.recorded],
    ['duplicate', tally.duplicates],
    ['refused', tally.itemsRefused],
  ];
  const sometimes: Count[] = [
    ['rows refused', tally.rowsRefused],
    ['counts of 0', tally.zeroCounts],
    ['unanswered', tally.itemsUnanswered],
    ['tried again', tally.retries],
  ];
  return [...always, ...sometimes.filter(([, count]) => count > 0)];
}

function table(counts: readonly Count[]): string[] {
  return counts.map(([name, count]) => `  ${name.padEnd(14)}${numbers.format(count).padStart(16)}`);
}

function serviceLines({ services }: Tally): string[] {
  if (services.size === 0) return [];
  const width = Math.max(14, ...[...services.keys()].map((name) => name.length + 2));
  const lines = [...services].map(([name, { recorded, duplicate }]) => {
    const columns = [recorded, duplicate].map((sum) => numbers.format(sum).padStart(16)).join('');
    return `  ${name.padEnd(width)}${columns}`;
  });
  return [`  ${'requests of'.padEnd(width)}${'recorded'.padStart(16)}${'duplicate'.padStart(16)}`, ...lines];
}

function refusalLines({ refusals, rowsRefused, itemsRefused }: Tally): string[] {
  const lines = refusals.map(({ row, line, code, message }) => {
    const place = line === undefined ? '' : ` (line ${line})`;
    return `  row ${row}${place}: ${code}: ${message}`;
  });
  const more = rowsRefused + itemsRefused - refusals.length;
  const rest =
    more > 0 ? [`  … and ${numbers.format(more)} more; the first ${refusalsListedMax} are shown`] : [];
  return lines.length === 0 ? [] : ['refused:', ...lines, ...rest];
}

function adviceOf({ ending, tally, source }: IngestReport): string[] {
  const again = 'Run the same command again: what the server has already is known by its ids.';
  switch (ending.kind) {
    case 'interrupted':
      return [again];
    case 'failed':
      return [`billonce: ${ending.message}`, again];
    case 'finished':
      break;
  }
  const advice: string[] = [];
  if (tally.rowsRefused > 0) {
    advice.push(`Mend these rows where they stand, and run it again with --source ${source}.`);
  }
  if (tally.refusals.some(({ code }) => code === 'usage_id_conflict')) {
    advice.push(
      'usage_id_conflict: this row was billed before to another agent or service, or by another count, or',
      'another file begins alike. Use the same options again, or give each file a --source of its own.',
    );
  }
  if (tally.heldBackLine !== undefined) {
    advice.push(
      `Line ${tally.heldBackLine}, the last, has no line break and may be half written: it was not sent.`,
      'Run it again when it is whole; a CSV file to which nothing more comes, with --last-line take.',
    );
  }
  return advice;
}
