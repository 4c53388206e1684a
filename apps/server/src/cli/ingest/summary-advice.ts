import { acceptWindowDays } from '../../domain/usage.ts';
import type { IngestReport } from './ingest.ts';
import type { Tally } from './tally.ts';

const numbers = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const again = 'Run the same command again: the server recognizes items that it already has by their ids.';

/** Whether everything that was read could be sent and was accepted. */
export function isComplete({ rowsRefused, itemsRefused, heldBackLine }: Tally): boolean {
  return rowsRefused === 0 && itemsRefused === 0 && heldBackLine === undefined;
}

/** Whether rows may be billed again, or be mistaken for others, if the file is exported again in another form. */
export function isUnsafe({ rowsKnownBy, tally }: IngestReport): boolean {
  if (tally.itemsAnswered === 0) return false;
  return rowsKnownBy === 'place' || (rowsKnownBy === 'named_place' && tally.order.isNewestFirst);
}

/** What to do after a run; the last line is the next step. */
export function adviceOf(report: IngestReport): string[] {
  const { ending, tally } = report;
  switch (ending.kind) {
    case 'interrupted':
      return [again];
    case 'failed':
      return [`billonce: ${ending.message}`, ending.advice];
    case 'unreached':
      return [`billonce: ${ending.message}`, 'Nothing was sent.', ending.advice];
    case 'finished':
      if (report.shown !== undefined) return dryAdvice(report);
      return [
        ...(isUnsafe(report) ? unsafeWarnings(report) : []),
        ...conflictAdvice(report),
        ...refusalAdvice(report),
        ...heldBackAdvice(tally),
        ...(isUnsafe(report) && isComplete(tally) ? [placeAdvice(report)] : []),
      ];
  }
}

/** A dry run has no books: it warns, and names the next step. */
function dryAdvice(report: IngestReport): string[] {
  const { tally, rowsKnownBy } = report;
  const steps = [...conflictAdvice(report), ...refusalAdvice(report), ...heldBackAdvice(tally)];
  if (steps.length > 0) return [...unsafeWarnings(report), ...steps];
  return [
    ...unsafeWarnings(report),
    ...(rowsKnownBy === 'place'
      ? [
          'WARNING: the rows have no id: give --id-column, or --source NAME if the file only grows at its end, before it is sent.',
        ]
      : []),
    'Run the same command without --dry-run to send it.',
  ];
}

/** What must change before refused items are accepted, by their codes. */
const remedies: Readonly<Record<string, string>> = {
  row_refused: 'fix the rows in the file',
  invalid_item: 'fix the rows in the file',
  event_too_old:
    `event_too_old: the server accepts the last ${acceptWindowDays} days; to bill older rows without their time, give --no-occurred-at, or omit ` +
    '--occurred-at-column',
  event_in_future:
    'event_in_future: correct the times or their --timezone, or the clock of the machine that made them',
  invalid_quantity:
    'invalid_quantity: give --quantities if the service has decimal places, and round counts that have more decimal places',
  service_disabled: 'service_disabled: enable the service',
  service_deleted: 'service_deleted: register the service again',
  limit_exceeded: 'limit_exceeded: settle the account',
  service_paused: 'service_paused: ask the operator to unpause the server',
};

function refusalAdvice({ tally, rowsKnownBy, source }: IngestReport): string[] {
  const codes = [...tally.refusalCodes].filter((code) => code !== 'usage_id_conflict');
  if (codes.length === 0) return [];
  const steps = new Set(codes.map((code) => remedies[code] ?? `${code}: correct what the message names`));
  const isFileToFix = tally.rowsRefused > 0 && rowsKnownBy === 'place';
  const name = isFileToFix ? ` with --source ${source} added` : '';
  return [
    ...[...steps].map((step) => `To bill what was refused, ${step}.`),
    `Then run the same command again${name}: the server recognizes items that it already has by their ids.`,
  ];
}

function conflictAdvice({ tally, rowsKnownBy }: IngestReport): string[] {
  if (!tally.refusalCodes.has('usage_id_conflict')) return [];
  return rowsKnownBy === 'id'
    ? [
        'usage_id_conflict: a row with this id was billed before, to another agent or service, or with another count or time.',
        'Use the same options again; for another system with its own ids, give another --source.',
      ]
    : [
        'usage_id_conflict: this row was billed before to another agent or service, or by another count, or',
        'another file begins in the same way. Use the same options again, or give each file a different --source.',
      ];
}

function heldBackAdvice({ heldBackLine }: Tally): string[] {
  if (heldBackLine === undefined) return [];
  return [
    `The last line, ${heldBackLine}, has no line break or is cut off, and may be incomplete: it was not sent.`,
    'Run the command again when the line is complete. If nothing more will be added to a CSV file, give --last-line take.',
  ];
}

function unsafeWarnings({ tally, rowsKnownBy }: IngestReport): string[] {
  const isMixed = tally.duplicates > 0 && tally.recorded > 0;
  return [
    ...(tally.order.isNewestFirst
      ? ['WARNING: the newest row is first. The next export would bill again the rows that are billed now.']
      : []),
    ...(isMixed && rowsKnownBy === 'place'
      ? [
          `WARNING: ${numbers.format(tally.duplicates)} items were duplicates, by the place of their rows, and were not billed.`,
          'This is correct if this is the same file with new rows at its end, and wrong if it is another file that begins in the same way.',
        ]
      : []),
  ];
}

/**
 * With another --source, or an --id-column, all rows get other ids: rows that were billed already would be billed
 * again.
 */
function placeAdvice({ source, rowsKnownBy }: IngestReport): string {
  return rowsKnownBy === 'place'
    ? `WARNING: rows are identified by their place in the file. If it only grows at its end, continue with --source ${source}, and nothing ` +
        'else; give --id-column for the next file, from its first run on: with it, this one would be billed again.'
    : 'WARNING: rows are identified by their place in the file. Give --id-column for the next file, from its first run on: with it, this one would be billed again.';
}
