import { parseWords } from '../command-line/parse.ts';
import { apiKeyOf, idSourceOf, integerOf, serverOf, tenantOf } from '../command-line/settings.ts';
import { type FileForm, fileForm } from './file-form.ts';
import { ingestOptions, ingestSpec, unreachedSecondsDefault } from './spec.ts';
import type { ServerAccess } from './usage-client.ts';

/** What to ingest, how, and where to. */
export interface IngestOptions extends FileForm {
  /** a path, or `-` for the standard input */
  readonly file: string;
  /** the name of the file in the ids; if `undefined`, it is derived from the beginning of the file */
  readonly source: string | undefined;
  /** whether rows are only checked */
  readonly isDryRun: boolean;
  readonly server: ServerAccess;
  readonly batchItems: number;
  readonly concurrency: number;
  /** how long all attempts may fail, in milliseconds */
  readonly giveUpMs: number;
  /** the same while the server has never answered */
  readonly unreachedMs: number;
  readonly isQuiet: boolean;
  readonly isJson: boolean;
}

/** The options, a request for help, or every mistake in the options. */
export type ParsedOptions =
  | { readonly kind: 'valid'; readonly options: IngestOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'invalid'; readonly mistakes: readonly string[] };

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the options of `billonce ingest`. */
export function parseIngestOptions(args: readonly string[], environment: Environment): ParsedOptions {
  const words = parseWords(ingestSpec, ingestOptions, args);
  const { values, positionals, mistakes: wrongWords, areOptionsWrong } = words;
  if (values.help) return { kind: 'help' };
  if (areOptionsWrong) return { kind: 'invalid', mistakes: wrongWords };
  const mistakes = [...wrongWords];
  const [file = ''] = positionals;
  const form = fileForm(values, file, mistakes);
  const giveUpAfter = values['give-up-after'];
  const giveUpMs = integerOf('give-up-after', ingestOptions['give-up-after'], giveUpAfter, mistakes) * 1000;
  const options: IngestOptions = {
    file,
    ...form,
    source: idSourceOf(values.source, mistakes),
    isDryRun: values['dry-run'],
    takesLastLine: values['last-line'] === undefined ? form.takesLastLine : values['last-line'] === 'take',
    server: {
      url: serverOf(values.server, environment, mistakes),
      apiKey: apiKeyOf(values['api-key'], environment, mistakes),
      tenant: tenantOf(values.tenant, environment, mistakes),
      timeoutMs: integerOf('timeout', ingestOptions.timeout, values.timeout, mistakes) * 1000,
    },
    batchItems: integerOf('batch', ingestOptions.batch, values.batch, mistakes),
    concurrency: integerOf('concurrency', ingestOptions.concurrency, values.concurrency, mistakes),
    giveUpMs,
    unreachedMs: giveUpAfter === undefined ? unreachedSecondsDefault * 1000 : giveUpMs,
    isQuiet: values.quiet,
    isJson: values.json,
  };
  return mistakes.length > 0 ? { kind: 'invalid', mistakes } : { kind: 'valid', options };
}
