import { bounds } from '@billonce/contract';
import { acceptWindowDays } from '../../domain/usage.ts';
import type { CommandSpec, OptionTable } from '../command-line/command.ts';
import {
  apiKeyOption,
  helpOption,
  jsonOption,
  serverOption,
  tenantOption,
} from '../command-line/common-options.ts';
import { exitTexts } from '../command-line/exit-codes.ts';
import { presets } from './presets.ts';

const fileOptions = {
  preset: {
    value: 'NAME',
    text:
      `a known form: ${Object.keys(presets).join(', ')}. It sets all options of this part and the next one, except the agent ` +
      'if the file names none (claude-code; cursor of one user)',
  },
  format: {
    value: 'csv|jsonl|json',
    text: 'default: from the ending of the file name (.csv .tsv .jsonl .ndjson .json, each also with .gz)',
  },
  delimiter: {
    value: 'WORD',
    text: 'for CSV: comma, tab, semicolon, bar, or a character; default: detected from the file (also sep=;)',
  },
  rows: { value: 'PATH', text: 'for JSON: the path of the rows, such as data or data.results' },
} as const satisfies OptionTable;

const rowOptions = {
  'id-column': {
    value: 'COLUMN',
    isList: true,
    text:
      'identifies the row; if given several times, the columns together. A row is then billed once, in any file and order. ' +
      'Without it, see below',
  },
  agent: { value: 'NAME', text: 'the agent of every row; or' },
  'agent-column': { value: 'COLUMN', text: 'the column with the agent; or' },
  agents: { value: 'N', text: 'agent-1 to agent-N in turn, by the number of the row' },
  service: { value: 'NAME', text: 'the service of every row; or' },
  'service-column': { value: 'COLUMN', text: 'the column with the service' },
  requests: { value: 'N', text: 'the count of every row; or' },
  'requests-column': {
    value: 'COLUMN',
    text:
      'the number in this column: 0 to 1,000,000,000; 0 gives no item, and more than 1,000,000 becomes several items with the ' +
      'same sum',
  },
  count: {
    value: 'COLUMN=SERVICE',
    isList: true,
    text: 'instead of the last four, may be given several times: each count of a row and its service',
  },
  'by-model': { text: 'with a preset: the service is MODEL:input-tokens and so on' },
  'occurred-at-column': {
    value: 'COLUMN',
    text: `when it happened (the server accepts the last ${acceptWindowDays} days); default: no time is sent`,
  },
  'no-occurred-at': { text: 'does not send the time, although the preset names its column' },
  timezone: {
    value: 'ZONE',
    text: 'for dates, and for times without an offset (such as Europe/Berlin or +02:00; default: UTC)',
  },
  decimal: {
    value: 'point|comma',
    text: 'comma: 1.234 is a thousand, and 1,5 has a fraction; default: point',
  },
  multiply: {
    value: 'N',
    text: 'counts N for each unit; a count that is not whole after that is an error',
  },
  quantities: {
    text:
      'counts are units with up to 6 decimal places, of services with a unitScale: they are sent as quantity, each as one item of up to ' +
      '1,000,000,000,000',
  },
  'skip-empty': {
    text: 'a count that is missing or empty gives no item, and a row without any is skipped',
  },
  only: {
    value: 'COLUMN=VALUE',
    isList: true,
    text: 'only rows with this value; several values of one column are alternatives',
  },
  'replace-spaces': {
    value: 'CHARACTER',
    text: 'replaces white space in the names of agents and services; without it, such names are refused',
  },
} as const satisfies OptionTable;

/** A server that was never reached is more often a wrong address than a server that is starting. */
export const unreachedSecondsDefault = 15;

const targetOptions = {
  'dry-run': {
    text: 'reads the file, checks every row as the server would, prints what would be sent, and sends nothing; needs no server',
  },
  ...serverOption,
  ...apiKeyOption,
  ...tenantOption('with the admin key: the tenant'),
  batch: {
    value: 'N',
    integer: { default: 1_000, min: 1, max: bounds.bulkItems },
    text: "items in a bulk, not more than the server's limit",
  },
  concurrency: {
    value: 'N',
    integer: { default: 4, min: 1, max: 64 },
    text: 'bulks that are sent at the same time',
  },
  timeout: {
    value: 'SECONDS',
    integer: { default: 60, min: 1, max: 3_600 },
    text: 'the time limit for one bulk',
  },
  'give-up-after': {
    value: 'SECONDS',
    integer: { default: 600, min: 0, max: 1_209_600 },
    text: `gives up if the server accepted nothing for this many seconds; ${unreachedSecondsDefault} s by default while no server has answered`,
  },
  quiet: { short: 'q', text: 'no progress, only warnings and the summary' },
  ...jsonOption,
  ...helpOption,
} as const satisfies OptionTable;

const exactOptions = {
  source: {
    value: 'NAME',
    text: 'prefix of the ids; default: the preset or "id" if rows have ids, otherwise a digest of the header and the first row',
  },
  'last-line': {
    value: 'take|hold',
    text:
      'whether the last line of a CSV file counts if no line break ends it: hold (default, but take with --preset azure-llm and ' +
      'for .gz) leaves it for a later run: it may be half written',
  },
} as const satisfies OptionTable;

/** All options of `billonce ingest`. */
export const ingestOptions = { ...fileOptions, ...rowOptions, ...targetOptions, ...exactOptions } as const;

export const ingestSpec: CommandSpec = {
  name: 'ingest',
  summary: 'sends usage from a CSV, JSON Lines or JSON file to a server, exactly once',
  arguments: [{ name: 'FILE', text: 'the file to ingest' }],
  text: [
    'Sends usage from a file to a Billonce server. It can be stopped, killed and run again: nothing is billed twice, and nothing is ' +
      'missed. FILE is CSV, JSON Lines or JSON, also compressed with gzip; - reads the standard input. ' +
      'docs/how-to/ingest-usage-files.md explains each option with an example.',
  ],
  groups: [
    { title: 'What the file is', options: fileOptions },
    {
      title:
        'What a row means; a COLUMN is a name of the header, or a dotted path of members in JSON (meta.user.id)',
      options: rowOptions,
    },
    { title: 'Where it goes', options: targetOptions },
    { title: 'What makes it exact', options: exactOptions },
  ],
  after: [
    'The server accepts the id of an item once. With --id-column it is made of the source, the id of the row and the count. A row that ' +
      'is sent again with another count is refused (usage_id_conflict), not billed again. Without --id-column the id is made of the source, ' +
      'the number of the row and its text:',
    '- You may append to a file and rename it. If a row is inserted, deleted or changed, all following rows count as new, and ' +
      'are billed again. A rolling export, or one with the newest row first, is therefore billed again.',
    '- Rows of a file that begins like another one (same header, same first row) count as rows of that other file.',
    'The command warns about this, and exits with 4 unless --source confirms that the file only grows at its end. It can always be run again.',
  ],
  endings: {
    done: 'everything in the file is billed; with --dry-run: everything would be sent',
    failed:
      'it gave up, the server refused a bulk, or the file cannot be read; the last line gives the next step',
    incomplete: 'rows were refused, or the last line was held back',
    rowsWithoutIds: exitTexts.rowsWithoutIds,
    unreached: exitTexts.unreached,
    interrupted: exitTexts.interrupted,
  },
};
