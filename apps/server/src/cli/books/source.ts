import { type DatabaseConfig, parseDatabase } from '../../config.ts';
import { type OpenedBooks, openBooks } from '../../storage/open-books.ts';
import { Misuse } from '../command-line/misuse.ts';
import { apiKeyOf, serverOf, serverUrl, tenantOf } from '../command-line/settings.ts';
import type { ServerSource } from './ask-server.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where books are read: in a database, or through a server. */
export type Source = ServerSource | { readonly kind: 'database'; readonly open: () => Promise<OpenedBooks> };

/** The words that select the source. */
export interface SourceWords {
  readonly database: string | undefined;
  readonly server: string | undefined;
  readonly 'api-key': string | undefined;
  readonly tenant: string | undefined;
  /** a database or a server, recognized by its form */
  readonly either: { readonly name: string; readonly value: string } | undefined;
}

/**
 * The source of a command. Only http:// and https:// are a server.
 *
 * @throws {Misuse} if the words name no source, or several
 */
export function sourceOf(words: SourceWords, environment: Environment): Source {
  const { database, server, either } = words;
  const named = [database, server, either?.value].filter((one) => one !== undefined);
  if (named.length > 1) throw new Misuse('name one source: --database or --server');
  const isServer = server !== undefined || /^https?:/i.test(either?.value ?? '');
  if (!isServer) {
    if (words['api-key'] !== undefined) throw new Misuse('--api-key is for a server: name it with --server');
    const config =
      either === undefined
        ? databaseOf(database, environment)
        : databaseNamed(either.name, either.value, environment);
    return { kind: 'database', open: () => openBooks(config) };
  }
  const mistakes: string[] = [];
  const url =
    either === undefined
      ? serverOf(server, environment, mistakes)
      : serverUrl(either.name, either.value, mistakes);
  const apiKey = apiKeyOf(words['api-key'], environment, mistakes);
  const tenant = tenantOf(words.tenant, environment, mistakes);
  if (mistakes.length > 0) throw new Misuse(mistakes.join('\n'));
  return { kind: 'server', url, apiKey, tenant };
}

/**
 * The database that --database names, otherwise DATABASE_URL.
 *
 * @throws {Misuse} if it does not have the form of a database
 */
export function databaseOf(value: string | undefined, environment: Environment): DatabaseConfig {
  return value === undefined
    ? read(environment, 'DATABASE_URL')
    : databaseNamed('--database', value, environment);
}

/**
 * The environment of a server that uses the database that --database names, if it names one.
 *
 * @throws {Misuse} if it does not have the form of a database
 */
export function databaseEnvironment(value: string | undefined, environment: Environment): Environment {
  if (value === undefined) return environment;
  const database = databaseOf(value, environment);
  const url = database.kind === 'sqlite' ? `file:${database.file}` : database.url;
  return { ...environment, DATABASE_URL: url };
}

function databaseNamed(name: string, value: string, environment: Environment): DatabaseConfig {
  if (/^https?:/i.test(value)) {
    throw new Misuse(
      `${name} is the URL of a server, and this takes a database: a file, file:PATH or postgres://…`,
    );
  }
  if (/^(file:|postgres(ql)?:\/\/)/.test(value)) return read({ ...environment, DATABASE_URL: value }, name);
  refuseUrl(name, value, 'a database is a file, file:PATH or postgres://…');
  return { kind: 'sqlite', file: value };
}

function read(environment: Environment, name: string): DatabaseConfig {
  try {
    return parseDatabase(environment);
  } catch (error) {
    throw new Misuse((error instanceof Error ? error.message : String(error)).replace(/^DATABASE_URL/, name));
  }
}

/**
 * The name of a file, which may be written as `file:PATH`.
 *
 * @throws {Misuse} if it is another kind of URL
 */
export function fileNamed(name: string, value: string): string {
  const file = value.startsWith('file:') ? value.slice('file:'.length).replace(/^\/\/(?=\/)/, '') : value;
  refuseUrl(name, file, 'it takes the name of a file');
  return file;
}

/** The URL is not shown: it may contain a password. */
function refuseUrl(name: string, value: string, advice: string): void {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(value)?.[1];
  if (scheme !== undefined) throw new Misuse(`${name} is a URL with ${scheme}://: ${advice}`);
}
