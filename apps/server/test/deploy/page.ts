import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { repository } from '../harness/npm-start.ts';
import { blocksOf, type TypedBlock, type } from '../harness/typed.ts';

/**
 * Programs that need a service manager, a container engine or a cluster. The pages say that their commands were not
 * run.
 */
export const programsNotRun = ['systemctl', 'systemd-run', 'docker', 'kubectl'] as const;

/** The text of a how-to page. */
export function textOf(page: string): string {
  return readFileSync(join(repository, 'docs/how-to', `${page}.md`), 'utf8');
}

/**
 * The command blocks of a page.
 *
 * @throws {assert.AssertionError} if the page has another number of them: the test of a page types each block
 */
export function blocksOfPage(page: string, count: number): readonly TypedBlock[] {
  const blocks = blocksOf(`docs/how-to/${page}.md`);
  assert.equal(blocks.length, count, `${page} has ${blocks.length} blocks of commands`);
  return blocks;
}

/** The commands of a block, each with its continuation lines. */
export function commandsOf({ commands }: Pick<TypedBlock, 'commands'>): readonly string[] {
  return commands
    .split(/(?<!\\)\n/)
    .filter((command) => command !== '')
    .map((command) => command.replaceAll(/\\\n\s*/g, ''));
}

/** The programs that a command starts, without the variables before them. */
function programsIn(command: string): readonly string[] {
  return command
    .split(/&&|\|\||[|;&(]/)
    .map((part) => part.trim().replace(/^(?:\w+=(?:"[^"]*"|'[^']*'|\S*) +)+/, ''))
    .map((part) => part.split(' ', 1)[0] ?? '');
}

/** Whether a command can be run without a service manager, container engine or cluster. */
export function isTyped(command: string): boolean {
  return !programsIn(command).some((program) => programsNotRun.some((one) => one === program));
}

/** Replaces values of a page by those of the test. Each of them must be in the page. */
export function replaced(commands: string, values: Readonly<Record<string, string>>): string {
  return Object.entries(values).reduce((text, [from, to]) => {
    assert.ok(text.includes(from), `${from} in ${commands}`);
    return text.replaceAll(from, to);
  }, commands);
}

/** Commands of `billonce`, without npm, which takes seconds to start. */
export const billonceCommand = {
  'npm run billonce --': `node ${join(repository, 'apps/server/src/cli/main.ts')}`,
} as const;

/** Types commands that must exit with 0, and returns their output. */
export async function typed(
  t: TestContext,
  commands: string,
  place: { readonly url?: string; readonly folder: string; readonly environment?: Record<string, string> },
): Promise<string> {
  const { code, printed } = await type(t, `set -e\n${commands}`, place.url ?? 'http://127.0.0.1:9', place);
  assert.equal(code, 0, `${commands}\n${printed}`);
  return printed;
}
