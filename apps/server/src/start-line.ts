import { resolve } from 'node:path';
import type { Config } from './config.ts';
import { startExample } from './start-example.ts';

/** The facts in the start line. */
export interface Listening {
  readonly url: string;
  readonly version: string;
  readonly processId: number;
  /** in PEM; `undefined` without TLS */
  readonly certificate: string | undefined;
}

/** Where the data is, without a password that may be part of the URL. */
function placeOf({ database }: Config): string {
  if (database.kind === 'sqlite') return resolve(database.file);
  const { host, pathname } = new URL(database.url);
  return `the PostgreSQL ${host}${pathname}`;
}

/** The start line in the JSON log. */
export function startEntry(listening: Listening, config: Config): Readonly<Record<string, unknown>> {
  const { url, version } = listening;
  const mode = config.adminApiKey === undefined ? 'development' : 'protected';
  return { version, url, mode, data: placeOf(config), msg: `Billonce listens on ${url}` };
}

/** The same as text for a person at a terminal, with a request to try. */
export function startText(listening: Listening, config: Config): string {
  const { url, version, processId, certificate } = listening;
  const mode =
    config.adminApiKey === undefined
      ? 'development mode: no key needed, this machine only (set ADMIN_API_KEY to protect it)'
      : 'protected mode: reading and writing the books needs an API key';
  const { command, notes } = startExample(url, config, certificate);
  return `
  Billonce listens on ${url}   (version ${version}, process ${processId})
  Its data is in      ${placeOf(config)}
  ${mode}

  Try it; if you send it twice, it counts once:

    ${command.join('\n      ')}
${notes.map((note) => `\n  ${note}\n`).join('')}
`;
}
