import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../../docs/how-to', import.meta.url));

test('every how-to page says how to check that it worked', () => {
  const pages = globSync('**/*.md', { cwd: folder });
  assert.ok(pages.length > 40, String(pages.length));
  const without = pages.filter((page) => !/^## Check/m.test(readFileSync(join(folder, page), 'utf8')));
  assert.deepEqual(without, []);
});
