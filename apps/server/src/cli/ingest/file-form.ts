import type { Mapping } from './mapping.ts';
import { type MappingWords, mappingOf, presetOf } from './mapping-options.ts';

/** The file formats that are read. */
export type FileFormat = 'csv' | 'jsonl' | 'json';

/** The options that describe a file. */
export interface FileWords extends MappingWords {
  readonly format?: string | undefined;
  readonly delimiter?: string | undefined;
  readonly rows?: string | undefined;
}

/** The format of a file, and the meaning of its rows. */
export interface FileForm {
  readonly format: FileFormat;
  /** between two CSV fields; by default determined from the file */
  readonly delimiter: string | undefined;
  /** where the rows are in JSON */
  readonly rowsPath: string | undefined;
  readonly mapping: Mapping;
  readonly takesLastLine: boolean;
  /** the prefix of the ids of rows that have an id, unless --source sets it */
  readonly idSource: string;
  /** whether a row keeps its place in the file */
  readonly isPlaceStable: boolean;
}

/** The form of a file, according to the options; every mistake is added to the list. */
export function fileForm(words: FileWords, file: string, mistakes: string[]): FileForm {
  const preset = presetOf(words, mistakes);
  const format = formatOf(words.format ?? preset?.format, file, mistakes);
  if (words.rows !== undefined && format === 'csv') mistakes.push('--rows is only for JSON');
  if (words.delimiter !== undefined && format !== 'csv') mistakes.push('--delimiter is only for CSV');
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
  const found = endings.find(([ending]) => ending.test(file))?.[1];
  if (found !== undefined) return found;
  if (file !== '')
    mistakes.push('the format cannot be recognized from the file name: give --format csv, jsonl or json');
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
