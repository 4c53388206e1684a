import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { blocksOf } from '../docs/harness/page-blocks.ts';
import { packageFolder } from './packed-package.ts';
import { take } from './taken-blocks.ts';

/** Does work twice under a key, and exits, because the client in the block remains connected. */
const steps = `
const { createOnce } = await import('@billonce/idempotency/once');
let runs = 0;
const once = createOnce({ store });
const work = () => once('message-1', null, () => ++runs);
console.log(await work(), await work(), runs);
process.exit();
`;

/**
 * A block of a page that exports a store.
 *
 * @returns a function that runs it in a process, with variables for its server, and asserts that its store does work
 * once
 */
export function pageStore(page: string, file: string) {
  const block = blocksOf(page).find((one) => one.file === file);
  assert.ok(block !== undefined, `${page} has no block ${file}`);
  const code = take(page, block.code) + steps;
  return async (environment: Readonly<Record<string, string>>): Promise<void> => {
    const args = ['--input-type=module', '--eval', code];
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      cwd: packageFolder,
      env: { ...process.env, ...environment },
    });
    assert.equal(stdout, '1 1 1\n');
  };
}
