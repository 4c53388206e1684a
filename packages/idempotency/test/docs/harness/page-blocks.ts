import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { take } from '../../harness/taken-blocks.ts';

const repository = fileURLToPath(new URL('../../../../..', import.meta.url));

/** A code block of a page that is a complete file. Its first line contains the file name. */
export interface PageBlock {
  /** the page, by its path in the repository */
  readonly page: string;
  readonly file: string;
  readonly code: string;
}

/**
 * The JavaScript and TypeScript blocks of a page that are complete files.
 *
 * @throws {Error} if two have the same name
 */
export function blocksOf(page: string): readonly PageBlock[] {
  const blocks = fencedIn(page).flatMap((code) => {
    const file = /^\/\/ ([\w.-]+\.[jt]s)\n/.exec(code)?.[1];
    return file === undefined ? [] : [{ page, file, code }];
  });
  const names = blocks.map(({ file }) => file);
  if (new Set(names).size < names.length) throw new Error(`${page}: two blocks have the same file`);
  return blocks;
}

/**
 * A block for a Cloudflare Worker. It is marked as `javascript`, because it imports a module of the Workers runtime
 * that Node does not have.
 *
 * @throws {Error} if the page has no such block
 */
export function workerBlockOf(page: string, file: string): string {
  const code = fencedIn(page, /^```javascript\n/m).find((block) => block.startsWith(`// ${file}\n`));
  if (code === undefined) throw new Error(`${page} has no block ${file}`);
  return take(page, code);
}

function fencedIn(page: string, start = /^```(?:js|tsx?)\n/m): readonly string[] {
  const [, ...parts] = readFileSync(join(repository, page), 'utf8').split(start);
  return parts.map((part) => part.split(/^```$/m)[0] ?? '');
}
