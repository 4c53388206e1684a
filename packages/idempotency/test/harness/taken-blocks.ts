import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { claimedBy } from '../../../../tools/code-block-claims.ts';
import { type CodeBlock, codeBlocksOf } from '../../../../tools/code-blocks.ts';
import { root } from './packed-package.ts';

const taken = new Set<CodeBlock>();

/**
 * Notes that a test runs a block or compares results with it, and returns the block.
 *
 * @throws {assert.AssertionError} if the page has no such block
 */
export function take(page: string, text: string): string {
  const blocks = codeBlocksOf(page).filter((block) => block.text === text);
  assert.ok(blocks.length > 0, `${page} has no block ${text}`);
  for (const block of blocks) taken.add(block);
  return text;
}

/** Adds a test that this file has taken each block that it claims. Call it at the end of a test file. */
export function checkClaims(fileUrl: string): void {
  const file = path.relative(root, new URL(fileUrl).pathname);
  test(`${path.basename(file)} runs each block of a page that it claims`, () => {
    const claimed = claimedBy(file);
    assert.ok(claimed.length > 0, `${file} claims nothing`);
    assert.deepEqual(
      claimed.filter((block) => !taken.has(block)).map(({ page, line }) => `${page}:${line}`),
      [],
    );
  });
}
