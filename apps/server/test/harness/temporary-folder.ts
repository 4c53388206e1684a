import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { onEnd } from './on-end.ts';

/** A separate folder for a test, which is removed when the test has ended. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'billonce-'));
  onEnd(t, () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
