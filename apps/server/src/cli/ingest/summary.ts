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

/** What the process ends with: 0 when everything in the file is billed, and a second run would bill nothing again. */
export function exitCodeOf(report: IngestReport): number {
  switch (report.ending.kind) {
    case 'interrupted':
      return 130;
    case 'failed':
      return 1;
    case 'unreached':
      return 5;
    case 'finished':
      if (!isComplete(report.tally)) return 3;
      return isUnsafe(report) ? 4 : 0;
  }
}

/** Whether rows may be billed again, or be taken for others, when the file comes again in another form. */
function isUnsafe({ rowsKnownBy, tally }: IngestReport): boolean {
  if (tally.itemsAnswered === 0) return false;
  return rowsKnownBy === 'place' || (rowsKnownBy === 'named_place' && tally.order.isNewestFirst);
}

function isComplete({ rowsRefused, itemsRefused, heldBackLine }: Tally): boolean {
  return rowsRefused === 0 && itemsRefused === 0 && heldBackLine === undefined;
}

function headline({ ending, tally }: IngestReport): string {
  switch (ending.kind) {
    case 'interrupted':
      return 'stopped';
    case 'failed':
    case 'unreached':
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

function serviceLines({ services }: Tally): string[] {
  if (services.size === 0) return [];
  const width = Math.max(14, ...[...services.keys()].map((name) => name.length + 2));
  const byName = [...services].sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = byName.map(([name, { recorded, duplicate }]) => {
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

function adviceOf(report: IngestReport): string[] {
  const { ending, tally, source, rowsKnownBy } = report;
  const again = 'Run the same command again: what the server has already is known by its ids.';
  switch (ending.kind) {
    case 'interrupted':
      return [again];
    case 'failed':
      return [`billonce: ${ending.message}`, again];
    case 'unreached':
      return [
        `billonce: ${ending.message}`,
        'Nothing was sent. Is the URL right (--url, BILLONCE_URL), and does the server run? --give-up-after SECONDS waits longer.',
      ];
    case 'finished':
      break;
  }
  const advice: string[] = [];
  if (tally.rowsRefused > 0) {
    const name = rowsKnownBy === 'id' ? '' : ` with --source ${source}`;
    advice.push(`Fix these rows where they are, and run it again${name}.`);
  }
  if (tally.refusals.some(({ code }) => code === 'usage_id_conflict')) {
    advice.push(
      ...(rowsKnownBy === 'id'
        ? [
            'usage_id_conflict: a row with this id was billed before, to another agent or service, or with another count or time.',
            'Use the same options again; for another system with its own ids, give another --source.',
          ]
        : [
            'usage_id_conflict: this row was billed before to another agent or service, or by another count, or',
            'another file begins in the same way. Use the same options again, or give each file a different --source.',
          ]),
    );
  }
  if (tally.refusals.some(({ code }) => code === 'event_too_old')) {
    advice.push(
      'event_too_old: the server takes the last 34 days. To bill older rows without their time, give --no-occurred-at.',
    );
  }
  if (isUnsafe(report)) advice.push(...unsafeAdvice(report));
  if (tally.heldBackLine !== undefined) {
    advice.push(
      `Line ${tally.heldBackLine}, the last, has no line break or is cut off, and may be half written: it was not sent.`,
      'Run it again when it is whole; a CSV file to which nothing more comes, with --last-line take.',
    );
  }
  return advice;
}

function unsafeAdvice({ tally, rowsKnownBy }: IngestReport): string[] {
  const isMixed = tally.duplicates > 0 && tally.recorded > 0;
  return [
    ...(tally.order.isNewestFirst
      ? ['WARNING: the newest row is first. The next export would bill rows again that are billed now.']
      : []),
    ...(isMixed && rowsKnownBy === 'place'
      ? [
          `WARNING: ${numbers.format(tally.duplicates)} items were known already, by the place of their rows, and were not billed.`,
          'That is right if this is the same file, grown at its end, and wrong if it is another one that begins in the same way.',
        ]
      : []),
    'WARNING: rows are known by their place in the file. Give --id-column; or, if the file only ever grows at its end,',
    'name it with --source.',
  ];
}
