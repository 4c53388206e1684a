import type { Mapping } from './mapping.ts';
import { type MappingWords, mappingOf, presetOf } from './mapping-options.ts';

/** The kinds of file that are read. */
export type FileFormat = 'csv' | 'jsonl' | 'json';

/** The options that say what a file is. */
export interface FileWords extends MappingWords {
  readonly format?: string | undefined;
  readonly delimiter?: string | undefined;
  readonly rows?: string | undefined;
}

/** What a file is, and what its rows mean. */
export interface FileForm {
  readonly format: FileFormat;
  /** between two fields of CSV; without it the file shows it */
  readonly delimiter: string | undefined;
  /** where the rows are in JSON */
  readonly rowsPath: string | undefined;
  readonly mapping: Mapping;
  readonly takesLastLine: boolean;
  /** begins the ids of rows that have an id of their own, unless --source does */
  readonly idSource: string;
  /** whether it may be counted on that the place of a row stays its place */
  readonly isPlaceStable: boolean;
}

/** The form of a file, from the options; every mistake is added to the list. */
export function fileForm(words: FileWords, file: string, mistakes: string[]): FileForm {
  const preset = presetOf(words, mistakes);
  const format = formatOf(words.format ?? preset?.format, file, mistakes);
  if (words.rows !== undefined && format === 'csv')
    mistakes.push('--rows is for JSON: CSV has its rows at the top');
  if (words.delimiter !== undefined && format !== 'csv') mistakes.push('--delimiter is for CSV');
  return {
    format,
    delimiter: delimiterOf(words.delimiter, mistakes) ?? (/\.tsv(?:\.gz)?$/i.test(file) ? '\t' : undefined),
    rowsPath: words.rows ?? preset?.rows,
    mapping: mappingOf(words, preset, mistakes),
    takesLastLine: preset?.takesLastLine ?? false,
    idSource: words.preset ?? 'id',
    isPlaceStable: preset?.isPlaceStable ?? false,
  };
}

const endings: readonly (readonly [ending: RegExp, format: FileFormat])[] = [
  [/\.(?:csv|tsv)(?:\.gz)?$/i, 'csv'],
  [/\.(?:jsonl|ndjson)(?:\.gz)?$/i, 'jsonl'],
  [/\.json(?:\.gz)?$/i, 'json'],
];

function formatOf(word: string | undefined, file: string, mistakes: string[]): FileFormat {
  if (word === 'csv' || word === 'jsonl' || word === 'json') return word;
  if (word !== undefined) mistakes.push(`--format is ${word}: it must be csv, jsonl or json`);
  const found = endings.find(([ending]) => ending.test(file))?.[1];
  if (found !== undefined) return found;
  if (file !== '' && word === undefined)
    mistakes.push('the name of the file does not say what it is: give --format csv, jsonl or json');
  return 'csv';
}

const delimiters: Readonly<Record<string, string>> = { comma: ',', semicolon: ';', tab: '\t', bar: '|' };

function delimiterOf(word: string | undefined, mistakes: string[]): string | undefined {
  if (word === undefined) return undefined;
  const named = Object.hasOwn(delimiters, word) ? delimiters[word] : undefined;
  if (named !== undefined) return named;
  if (/^[^"\r\n\w\s]$/.test(word)) return word;
  mistakes.push(`--delimiter is ${word}: it must be ${Object.keys(delimiters).join(', ')}, or one character`);
  return undefined;
}
