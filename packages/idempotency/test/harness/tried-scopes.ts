import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { scopeClaims, scopeText } from '../../../../tools/documented-scopes.ts';
import { root } from './packed-package.ts';

const done = new Set<string>();

/** Notes that a test used a key with exactly these scopes for what a page says of them. */
export function tried(page: string, scopes: Iterable<string>): void {
  done.add(`${page}: ${scopeText(scopes)}`);
}

/** Adds a test that this file has tried each set of scopes that it claims. Call it at the end of a test file. */
export function checkTried(fileUrl: string): void {
  const file = path.relative(root, new URL(fileUrl).pathname);
  test(`${path.basename(file)} tries a key with each set of scopes that it claims`, () => {
    const claimed = [...scopeClaims()].filter(([, by]) => by === file).map(([claim]) => claim);
    assert.ok(claimed.length > 0, `${file} claims nothing`);
    assert.deepEqual(
      claimed.filter((claim) => !done.has(claim)),
      [],
    );
  });
}
