// Every block of code on a user-facing page is run by a test, or is in a short list with the reason, which its page
// also gives.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  blocksFor,
  claimedBy,
  claimingFiles,
  notRun,
  withoutCode,
} from '../../../tools/code-block-claims.ts';
import { type CodeBlock, codeBlocksOf, pagesForUsers } from '../../../tools/code-blocks.ts';
import { testFiles } from '../../../tools/test-files.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const pages = pagesForUsers();
const blocks = pages.flatMap(codeBlocksOf).filter(({ page }) => !withoutCode.includes(page));
const place = ({ page, line, language }: CodeBlock) => `${page}:${line} ${language}`;

/** Whether a block has only `npm test` commands that name tests, which the run of all tests includes. */
function namesTests({ text }: CodeBlock): boolean {
  const lines = text.trimEnd().split('\n');
  return lines.every((line) => {
    const [, parts = ''] = /^npm test -- (\S.*)$/.exec(line) ?? [];
    return parts !== '' && parts.split(' ').every((part) => testFiles([part]).length > 0);
  });
}

test('a test runs every block of code of the README, the docs and the READMEs of packages and examples', () => {
  const claimed = new Set(claimingFiles.flatMap(claimedBy));
  const excused = new Set(notRun.flatMap(blocksFor));
  assert.ok(blocks.length > 200, `${blocks.length} blocks`);
  const others = blocks.filter((block) => !claimed.has(block) && !excused.has(block) && !namesTests(block));
  assert.deepEqual(others.map(place), []);
  assert.deepEqual([...excused].filter((block) => claimed.has(block)).map(place), []);
});

test('each test file that claims blocks exists, and checks at its end that it has run them', () => {
  for (const file of claimingFiles) {
    assert.ok(testFiles([file]).includes(file), `${file} is no test file`);
    const text = readFileSync(join(repository, file), 'utf8');
    assert.ok(
      text.endsWith('\ncheckClaims(import.meta.url);\n'),
      `${file} does not check its claims at its end`,
    );
    assert.ok(claimedBy(file).length > 0, `${file} claims nothing`);
  }
});

test('a page with a block that no test runs says so', () => {
  assert.ok(notRun.length < 10, `${notRun.length} claims`);
  for (const claim of notRun) {
    assert.ok(blocksFor(claim).length > 0, claim.page);
    const text = readFileSync(join(repository, claim.page), 'utf8').replaceAll('\n', ' ');
    assert.ok(claim.said !== '' && text.includes(claim.said), `${claim.page} does not say: ${claim.said}`);
  }
});

test('the code blocks of pages without code are only figures and printed usages', () => {
  for (const page of withoutCode) {
    assert.ok(existsSync(join(repository, page)));
    assert.deepEqual(
      codeBlocksOf(page)
        .filter(({ language }) => language !== '')
        .map(place),
      [],
    );
  }
});
