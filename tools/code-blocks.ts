import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('..', import.meta.url));

/** A fenced block of a page. */
export interface CodeBlock {
  /** the page, by its path in the repository */
  readonly page: string;
  /** the line of its fence, from 1 */
  readonly line: number;
  /** the word after the fence: `sh`, `ts`, …; empty for figures */
  readonly language: string;
  readonly text: string;
}

const found = new Map<string, readonly CodeBlock[]>();

/**
 * The fenced blocks of a page, in order.
 *
 * @throws {Error} if the page ends in a block
 */
export function codeBlocksOf(page: string): readonly CodeBlock[] {
  const blocks = found.get(page) ?? readBlocks(page);
  found.set(page, blocks);
  return blocks;
}

function readBlocks(page: string): readonly CodeBlock[] {
  const blocks: CodeBlock[] = [];
  const lines = readFileSync(join(repository, page), 'utf8').split('\n');
  let open: { readonly line: number; readonly language: string } | undefined;
  for (const [at, text] of lines.entries()) {
    const language = /^\s*```(.*)$/.exec(text)?.[1];
    if (language === undefined) continue;
    if (open === undefined) {
      open = { line: at + 1, language };
      continue;
    }
    blocks.push({
      page,
      ...open,
      text: lines
        .slice(open.line, at)
        .map((line) => `${line}\n`)
        .join(''),
    });
    open = undefined;
  }
  if (open !== undefined) throw new Error(`${page}:${open.line}: the block does not end`);
  return blocks;
}

/** The pages for users: the README, the docs, and the READMEs of packages and examples. */
export function pagesForUsers(): readonly string[] {
  return globSync(
    ['README.md', 'docs/**/*.md', '{packages,apps}/*/README.md', 'examples/**/README.md', 'deploy/**/*.md'],
    { cwd: repository, exclude: ['docs/adr/**'] },
  ).sort();
}
