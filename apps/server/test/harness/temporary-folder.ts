import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { dataFolder } from '../../../../packages/idempotency/test/harness/data-folder.ts';
import { onEnd } from './on-end.ts';

/** A separate folder for a test, which is removed when the test has ended. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(dataFolder(), 'billonce-'));
  onEnd(t, () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
