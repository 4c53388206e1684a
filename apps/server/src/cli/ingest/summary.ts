import type { UsageItem } from '@billonce/contract';
import { formatDecimal } from '../../domain/amount.ts';
import { exitCodes } from '../command-line/exit-codes.ts';
import { quantityPlaces } from './exact-count.ts';
import type { IngestReport } from './ingest.ts';
import { adviceOf, isComplete, isUnsafe } from './summary-advice.ts';
import { refusalsListedMax, type Tally } from './tally.ts';

const numbers = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** The summary of an ingestion, printed at its end. */
export function summaryOf(file: string, report: IngestReport): string {
  const { tally, source, elapsedMs } = report;
  const name = source === undefined ? '' : ` (source ${source})`;
  const seconds = elapsedMs / 1000;
  const rate = numbers.format(tally.itemsAnswered / Math.max(seconds, 0.001));
  return [
    `${headline(report)}: ${file}${name}`,
    ...table(countsOf(report)),
    ...serviceLines(report),
    ...(report.shown === undefined
      ? [`  ${seconds.toFixed(1)} s, ${rate} items/s`]
      : shownLines(report.shown, tally)),
    ...refusalLines(tally),
    ...adviceOf(report),
    '',
  ].join('\n');
}

/** How much of a service it was, exactly. */
function amountText(amount: bigint): string {
  return formatDecimal(amount, quantityPlaces);
}

/** The same as one JSON document. Requests are exact, so they are strings. */
export function summaryJson(file: string, report: IngestReport): string {
  const { ending, tally, source, elapsedMs, shown } = report;
  const { rowsRead, rowsSkipped, zeroCounts, itemsAnswered, itemsUnanswered, recorded, duplicates } = tally;
  const { rowsRefused, itemsRefused, retries, heldBackLine, refusals } = tally;
  const services = [...tally.services].map(([serviceId, amounts]) => {
    const [recordedText, duplicateText] = [amounts.recorded, amounts.duplicate].map(amountText);
    return report.areQuantities
      ? { serviceId, recordedQuantity: recordedText, duplicateQuantity: duplicateText }
      : { serviceId, recordedRequests: recordedText, duplicateRequests: duplicateText };
  });
  const counts = { rowsRead, rowsSkipped, zeroCounts, itemsAnswered, itemsUnanswered, recorded, duplicates };
  const document = {
    file,
    source,
    ending: ending.kind,
    exitCode: exitCodeOf(report),
    ...counts,
    rowsRefused,
    itemsRefused,
    retries,
    heldBackLine,
    services,
    refusals,
    advice: adviceOf(report),
    wouldSend: shown,
    elapsedMs: Math.round(elapsedMs),
  };
  return `${JSON.stringify(document)}\n`;
}

/** The exit code: 0 if everything in the file is billed, and a second run would bill nothing again. */
export function exitCodeOf(report: IngestReport): number {
  switch (report.ending.kind) {
    case 'interrupted':
      return exitCodes.interrupted;
    case 'failed':
      return exitCodes.failed;
    case 'unreached':
      return exitCodes.unreached;
    case 'finished':
      if (!isComplete(report.tally)) return exitCodes.incomplete;
      return isUnsafe(report) ? exitCodes.rowsWithoutIds : exitCodes.done;
  }
}

function headline({ ending, tally, shown }: IngestReport): string {
  if (shown !== undefined && ending.kind === 'finished')
    return isComplete(tally)
      ? 'dry run, nothing was sent'
      : 'dry run, nothing was sent, and not everything could be sent';
  switch (ending.kind) {
    case 'interrupted':
      return 'stopped';
    case 'failed':
    case 'unreached':
      return 'failed';
    case 'finished':
      return isComplete(tally) ? 'finished' : 'finished, but not everything was sent';
  }
}

type Count = readonly [name: string, count: number];

function countsOf({ tally, shown }: IngestReport): Count[] {
  const always: Count[] = [
    ['rows read', tally.rowsRead],
    [shown === undefined ? 'items sent' : 'items checked', tally.itemsAnswered],
    [shown === undefined ? 'recorded' : 'to be recorded', tally.recorded],
    ['duplicate', tally.duplicates],
    ['refused', tally.itemsRefused],
  ];
  const sometimes: Count[] = [
    ['rows refused', tally.rowsRefused],
    ['rows skipped', tally.rowsSkipped],
    ['counts of 0', tally.zeroCounts],
    ['unanswered', tally.itemsUnanswered],
    ['tried again', tally.retries],
  ];
  return [...always, ...sometimes.filter(([, count]) => count > 0)];
}

function table(counts: readonly Count[]): string[] {
  return counts.map(([name, count]) => `  ${name.padEnd(14)}${numbers.format(count).padStart(16)}`);
}

/** The first items as they would be sent. */
function shownLines(shown: readonly UsageItem[], { recorded }: Tally): string[] {
  if (shown.length === 0) return [];
  const more = recorded - shown.length;
  return [
    'would be sent:',
    ...shown.map((item) => `  ${JSON.stringify(item)}`),
    ...(more > 0 ? [`  … and ${numbers.format(more)} more`] : []),
  ];
}

function serviceLines({ tally: { services }, shown, areQuantities }: IngestReport): string[] {
  if (services.size === 0) return [];
  const width = Math.max(14, ...[...services.keys()].map((name) => name.length + 2));
  const byName = [...services].sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = byName.map(([name, { recorded, duplicate }]) => {
    const columns = [recorded, duplicate].map((sum) => ` ${grouped(sum).padStart(15)}`).join('');
    return `  ${name.padEnd(width)}${columns}`;
  });
  const recordedTitle = shown === undefined ? 'recorded' : 'to be recorded';
  return [
    `  ${(areQuantities ? 'units of' : 'requests of').padEnd(width)}${recordedTitle.padStart(16)}${'duplicate'.padStart(16)}`,
    ...lines,
  ];
}

/** With its whole part in groups of digits. */
function grouped(amount: bigint): string {
  const [whole = '', fraction] = amountText(amount).split('.');
  return `${numbers.format(BigInt(whole))}${fraction === undefined ? '' : `.${fraction}`}`;
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
