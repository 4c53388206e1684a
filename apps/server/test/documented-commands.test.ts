// The commands of the pages must work as a reader types them in a fresh clone: with any Node, before anything is
// installed.
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { testFiles } from '../../../tools/test-files.ts';
import { repository } from './harness/npm-start.ts';

interface PageCommand {
  readonly page: string;
  readonly command: string;
}

const pages = globSync(
  '{*.md,docs/*.md,docs/{tutorial,how-to,reference,explanation}/**/*.md,examples/**/*.md}',
  {
    cwd: repository,
  },
).filter((page) => page !== 'CHANGELOG.md');
const commands: readonly PageCommand[] = pages.flatMap((page) => {
  const text = readFileSync(join(repository, page), 'utf8');
  const typed = [...text.matchAll(/^```(?:sh|bash)\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
  const inProse = [...text.matchAll(/`((?:npm|npx|node) [^`\n]+)`/g)].map(([, said = '']) => said);
  return [...typed, ...inProse].flatMap((block) =>
    block
      .replaceAll('\\\n', ' ')
      .split(/\n|&&|;/)
      .map((command) => ({ page, command: command.trim() })),
  );
});

/** The words after the variables of a command. */
const words = (command: string) => command.replace(/^(?:[A-Z_]+=(?:"[^"]*"|\S*) +)+/, '').split(/ +/);
const text = ({ page, command }: PageCommand) => `${page}: ${command}`;

test('a documented command that runs a TypeScript file of the repository first installs its packages', () => {
  const running = commands.filter(({ command }) =>
    words(command).some((word) => word.endsWith('.ts') && existsSync(join(repository, word))),
  );
  assert.ok(running.length >= 8, `${running.length} commands`);
  // The pinned Node exists only if the packages are installed.
  const others = running.filter(
    ({ command }) =>
      // Each npm script begins with it too.
      !/^(?:node tools\/bootstrap\.mjs|npm run|npm test) /.test(words(command).join(' ')) &&
      !command.includes('/node_modules/node/bin/node '),
  );
  assert.deepEqual(others.map(text), []);
});

test('each npm script that a page names exists', () => {
  const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
  const named = commands.flatMap((one) => {
    const [, name] = /^npm run (?:--silent )?([\w:-]+)/.exec(words(one.command).join(' ')) ?? [];
    return name === undefined ? [] : [{ ...one, name }];
  });
  assert.ok(named.length > 40, `${named.length} commands`);
  assert.deepEqual(named.filter(({ name }) => !Object.hasOwn(scripts, name)).map(text), []);
});

test('each test that a page names exists', () => {
  const named = commands.flatMap((one) => {
    const [, parts] = /^npm test -- (?:--times )?(.+)$/.exec(words(one.command).join(' ')) ?? [];
    return parts === undefined ? [] : parts.split(' ').map((part) => ({ ...one, part }));
  });
  assert.ok(named.length > 15, `${named.length} names`);
  assert.deepEqual(named.filter(({ part }) => testFiles([part]).length === 0).map(text), []);
});
