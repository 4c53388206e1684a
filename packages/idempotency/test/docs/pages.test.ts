// The code of the library's pages: each block compiles unchanged, and does what its page says.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { codeBlocksOf } from '../../../../tools/code-blocks.ts';
import { checkClaims, take } from '../harness/taken-blocks.ts';
import { blocksOf } from './harness/page-blocks.ts';
import { loadBlock } from './harness/page-modules.ts';
import { typeErrorsOf } from './harness/typed-blocks.ts';
import { pageRuns } from './page-runs.ts';
import { stopServers } from './runs/stores.ts';

const repository = fileURLToPath(new URL('../../../..', import.meta.url));
const pages = [
  ...globSync('docs/how-to/idempotency/*.md', { cwd: repository }).sort(),
  'docs/reference/idempotency-profiles.md',
  'packages/idempotency/README.md',
];
const blocks = pages.flatMap(blocksOf);
/** Blocks that are tests themselves are added to this file. */
const testBlocks = blocks.filter(({ file }) => /\.test\.[jt]s$/.test(file));

after(stopServers);

test('each block compiles under strict, as it is in its page', () => {
  assert.ok(blocks.length > 50);
  assert.deepEqual(typeErrorsOf(blocks), []);
});

test('each link of a page leads to a file', () => {
  const broken = pages.flatMap((page) =>
    linksOf(page).filter((link) => !existsSync(join(repository, page, '..', link))),
  );
  assert.deepEqual(broken, []);
});

for (const page of pages) {
  const files = blocksOf(page).map(({ file }) => file);
  if (files.length === 0) continue;
  describe(`The code of ${page}`, () => {
    for (const file of files) {
      if (testBlocks.some((block) => block.page === page && block.file === file)) continue;
      test(file, async (t) => {
        const run = pageRuns[page]?.[file];
        assert.ok(run !== undefined, `page-runs.ts does not say how ${file} is run`);
        await run(t, page, file);
      });
    }
    test('has every file that page-runs.ts runs', () => {
      assert.deepEqual(
        Object.keys(pageRuns[page] ?? {}).filter((file) => !files.includes(file)),
        [],
      );
    });
  });
}

for (const { page, file } of testBlocks) await loadBlock(page, file);

test('the store of the page on writing one passes the laws by the command of the page', async (t) => {
  const page = 'docs/how-to/idempotency/write-a-store.md';
  const folder = mkdtempSync(join(tmpdir(), 'billonce-page-'));
  t.after(() => rmSync(folder, { recursive: true }));
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'), 'junction');
  for (const { file, code } of blocksOf(page)) writeFileSync(join(folder, file), code);
  const [{ text = '' } = {}] = codeBlocksOf(page).filter(({ language }) => language === 'sh');
  const [, ...args] = take(page, text).trim().split(' ');
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, env });
  assert.match(stdout, /^(?:# |ℹ )fail 0$/m);
});

function linksOf(page: string): readonly string[] {
  const parts = readFileSync(join(repository, page), 'utf8').split(/^```.*$/m);
  const prose = parts.filter((_part, at) => at % 2 === 0).join('');
  return [...prose.matchAll(/\]\(([^()\s]+)\)/g)]
    .map(([, link = '']) => link.replace(/#.*$/, ''))
    .filter((link) => link !== '' && !/^[a-z]+:/.test(link));
}

checkClaims(import.meta.url);
