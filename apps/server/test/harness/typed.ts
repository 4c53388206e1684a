import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { take } from '../../../../packages/idempotency/test/harness/taken-blocks.ts';
import { temporaryFolder } from './temporary-folder.ts';

const repository = fileURLToPath(new URL('../../../..', import.meta.url));

/**
 * A block of commands in a page, and the text until the next block. Reading `commands` or `json` marks the block as
 * used.
 */
export interface TypedBlock {
  readonly commands: string;
  /** the JSON that the page shows as output */
  readonly printed: readonly unknown[];
  readonly prose: string;
  /** whether the commands include a text */
  has(text: string): boolean;
}

/** The `sh` blocks of a page, in order. */
export function blocksOf(page: string): TypedBlock[] {
  const text = readFileSync(join(repository, page), 'utf8');
  const [, ...parts] = text.split(/^```sh\n/m);
  return parts.map((part) => {
    const [commands = '', ...rest] = part.split(/^```$/m);
    const behind = rest.join('```');
    const json = /^```json\n([^`]*)```/m.exec(behind)?.[1] ?? '';
    return {
      get commands() {
        return take(page, commands);
      },
      get printed() {
        return json === '' ? [] : documentsIn(take(page, json));
      },
      prose: behind.replace(/^```\w*\n[^`]*```/gm, ''),
      has: (text) => commands.includes(text),
    };
  });
}

/** A command in a transcript and its output lines. */
interface TranscriptPart {
  readonly command: string;
  readonly printed: readonly string[];
}

/** The commands of a page's `console` block, in order. */
export function transcriptOf(page: string): TranscriptPart[] {
  const block = /^```console\n([^`]*)```/m.exec(readFileSync(join(repository, page), 'utf8'))?.[1] ?? '';
  const [, ...parts] = take(page, block).split(/^\$ /m);
  return parts.map((part) => {
    const lines = part.split('\n');
    const end = lines.findIndex((line) => !line.endsWith('\\')) + 1;
    return {
      command: lines.slice(0, end).join('\n'),
      printed: lines.slice(end).filter((line) => line !== ''),
    };
  });
}

/** The first JavaScript block of a page that includes a text. */
export function scriptWith(page: string, text: string): string {
  const [, ...parts] = readFileSync(join(repository, page), 'utf8').split(/^```js\n/m);
  const blocks = parts.map((part) => part.split(/^```$/m)[0] ?? '');
  const found = blocks.find((code) => code.includes(text));
  assert.ok(found !== undefined, `no block of ${page} has ${text}`);
  return take(page, found);
}

/** The first text block of a page: what the page shows as printed or sent. */
export function textIn(page: string): string {
  const text = readFileSync(join(repository, page), 'utf8');
  return take(page, /^```text\n([^`]*)```/m.exec(text)?.[1] ?? '');
}

/** Parses several JSON objects in a row, with or without white space between them. */
export function documentsIn(text: string): unknown[] {
  if (text.trim() === '') return [];
  return JSON.parse(`[${text.trim().replace(/\}\s*\{/g, '},{')}]`);
}

/** The result of commands. */
interface Typed {
  readonly code: number | null;
  readonly printed: string;
  /** the status of each answer that curl received */
  readonly statuses: readonly string[];
}

/** The folder in which commands are typed, if it is not that of the repository, and their variables. */
interface Place {
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Types commands into a shell. The server's address in them is replaced by `url`. */
export async function type(
  t: TestContext,
  commands: string,
  url: string,
  { folder = repository, environment = {} }: Place = {},
): Promise<Typed> {
  const home = temporaryFolder(t);
  writeFileSync(join(home, '.curlrc'), 'silent\nwrite-out = "%{stderr}status %{http_code}\\n"\n');
  const shell = spawn('bash', ['-c', commands.replaceAll('http://127.0.0.1:3001', url)], {
    cwd: folder,
    env: { ...process.env, CURL_HOME: home, BILLONCE_URL: url, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  let errors = '';
  shell.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  shell.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  await once(shell, 'close');
  const statuses = [...errors.matchAll(/^status (\d{3})$/gm)].map(([, status]) => String(status));
  return { code: shell.exitCode, printed: printed.replaceAll('\r', ''), statuses };
}

/** Asserts what a text claims about the output, in backquotes: statuses, headers with their values, parts of JSON. */
export function assertSaid(prose: string, { printed, statuses }: Typed): number {
  let claims = 0;
  for (const [, said = ''] of prose.matchAll(/`([^`]+)`/g)) {
    if (/^\d{3}$/.test(said)) assert.ok(statuses.includes(said), `${said}: ${statuses.join()}`);
    else if (/^["{]/.test(said) || /^[a-z-]+: \S/.test(said))
      assert.ok(printed.includes(said), `${said}: ${printed}`);
    else if (said === 'location') assert.match(printed, /^location: \//m);
    else continue;
    claims += 1;
  }
  return claims;
}
