import { parseArgs } from 'node:util';
import { bulkItemsMax, compileValidator, Tenant } from '@billonce/contract';
import { type FileForm, type FileWords, fileForm } from './file-form.ts';
import type { ServerAccess } from './usage-client.ts';

/** What to ingest, how, and where to. */
export interface IngestOptions extends FileForm {
  /** a path, or `-` for the standard input */
  readonly file: string;
  /** the name of the file in the ids; `undefined`: made of how it begins */
  readonly source: string | undefined;
  readonly server: ServerAccess;
  readonly batchItems: number;
  readonly concurrency: number;
  /** for how long nothing at all may get through, in milliseconds */
  readonly giveUpMs: number;
  /** the same while the server has never answered */
  readonly unreachedMs: number;
  readonly isQuiet: boolean;
}

/** The options, a wish for help, or every mistake in the options. */
export type ParsedOptions =
  | { readonly kind: 'valid'; readonly options: IngestOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'invalid'; readonly mistakes: readonly string[] };

type Environment = Readonly<Record<string, string | undefined>>;

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;
const list = { type: 'string', multiple: true } as const;
const known = {
  url: text,
  'api-key': text,
  tenant: text,
  preset: text,
  format: text,
  agent: text,
  'agent-column': text,
  agents: text,
  service: text,
  'service-column': text,
  requests: text,
  'requests-column': text,
  count: list,
  'by-model': flag,
  'occurred-at-column': text,
  'no-occurred-at': flag,
  timezone: text,
  'id-column': list,
  rows: text,
  delimiter: text,
  decimal: text,
  multiply: text,
  'skip-empty': flag,
  only: list,
  'replace-spaces': text,
  source: text,
  'last-line': text,
  batch: text,
  concurrency: text,
  timeout: text,
  'give-up-after': text,
  quiet: { ...flag, short: 'q' },
  help: { ...flag, short: 'h' },
} as const;

const urlDefault = 'http://127.0.0.1:3001';
/** A server that was never reached is more often a wrong address than one that is on its way up. */
const unreachedSecondsDefault = 15;

/** Reads the options of `billonce ingest`. */
export function parseIngestOptions(args: readonly string[], environment: Environment): ParsedOptions {
  const read = readArgs(args);
  if (read.kind === 'unreadable') return { kind: 'invalid', mistakes: [read.mistake] };
  const { values, positionals } = read;
  if (values.help) return { kind: 'help' };
  const mistakes: string[] = [];
  const [file, ...others] = positionals;
  if (file === undefined) mistakes.push('name the file to ingest');
  if (others.length > 0) mistakes.push(`one file at a time: ${others.join(' ')} is too much`);
  const words: FileWords = values;
  const form = fileForm(words, file ?? '', mistakes);
  const giveUpAfter = values['give-up-after'];
  const giveUpMs = integer('--give-up-after', giveUpAfter, 600, 0, 31_536_000, mistakes) * 1000;
  const options: IngestOptions = {
    file: file ?? '',
    ...form,
    source: nameOf('--source', values.source, mistakes),
    takesLastLine: lastLine(values['last-line'], form.takesLastLine, mistakes),
    server: {
      url: serverUrl(values.url ?? set(environment['BILLONCE_URL']) ?? urlDefault, mistakes),
      apiKey: apiKey(values['api-key'] ?? set(environment['BILLONCE_API_KEY']), mistakes),
      tenant: tenantOf(values.tenant, mistakes),
      timeoutMs: integer('--timeout', values.timeout, 60, 1, 3_600, mistakes) * 1000,
    },
    batchItems: integer('--batch', values.batch, 1_000, 1, bulkItemsMax, mistakes),
    concurrency: integer('--concurrency', values.concurrency, 4, 1, 64, mistakes),
    giveUpMs,
    unreachedMs: giveUpAfter === undefined ? unreachedSecondsDefault * 1000 : giveUpMs,
    isQuiet: values.quiet,
  };
  return mistakes.length > 0 ? { kind: 'invalid', mistakes } : { kind: 'valid', options };
}

function parsedArgs(args: readonly string[]) {
  return parseArgs({ args: [...args], options: known, allowPositionals: true, strict: true });
}

type ReadArgs =
  | ({ readonly kind: 'read' } & ReturnType<typeof parsedArgs>)
  | { readonly kind: 'unreadable'; readonly mistake: string };

function readArgs(args: readonly string[]): ReadArgs {
  try {
    return { kind: 'read', ...parsedArgs(args) };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { kind: 'unreadable', mistake: error.message };
  }
}

function set(value: string | undefined): string | undefined {
  return value?.trim() === '' ? undefined : value?.trim();
}

function integer(
  name: string,
  value: string | undefined,
  fallback: number,
  min: number,
  max: number,
  mistakes: string[],
): number {
  if (value === undefined) return fallback;
  const parsed = /^\d{1,12}$/.test(value) ? Number(value) : Number.NaN;
  if (parsed >= min && parsed <= max) return parsed;
  mistakes.push(`${name} is ${value}: it must be an integer from ${min} to ${max}`);
  return fallback;
}

const validateTenant = compileValidator(Tenant);

function tenantOf(value: string | undefined, mistakes: string[]): string | undefined {
  if (value === undefined) return undefined;
  const validated = validateTenant(value);
  if (validated.kind === 'invalid') {
    mistakes.push(`--tenant is ${value}: it ${validated.faults.map(({ message }) => message).join('; ')}`);
  }
  return value;
}

function nameOf(name: string, value: string | undefined, mistakes: string[]): string | undefined {
  if (value !== undefined && !/^[A-Za-z0-9._-]{1,64}$/.test(value)) {
    mistakes.push(`${name} is ${value}: it must be 1 to 64 of A-Z a-z 0-9 . _ -`);
  }
  return value;
}

function lastLine(value: string | undefined, fallback: boolean, mistakes: string[]): boolean {
  if (value === undefined) return fallback;
  if (value !== 'take' && value !== 'hold') mistakes.push(`--last-line is ${value}: it must be take or hold`);
  return value === 'take';
}

/** The URL is not shown where it is wrong: it may carry a password. */
function serverUrl(value: string, mistakes: string[]): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    mistakes.push(`--url must be like ${urlDefault}`);
    return '';
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    mistakes.push('--url takes no user name, password, query or fragment');
  }
  return `${url.origin}${url.pathname}`.replace(/(?<!\/)\/+$/, '');
}

function apiKey(value: string | undefined, mistakes: string[]): string | undefined {
  if (value !== undefined && !/^[\x21-\x7e]{1,1024}$/.test(value)) {
    mistakes.push('the API key has characters that no API key has');
  }
  return value;
}
