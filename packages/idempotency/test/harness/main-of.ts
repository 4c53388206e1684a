import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../..', import.meta.url));

/**
 * The file to start for a main file of the repository: its bundle, if the test run has made one, or the source.
 *
 * @param main its path in the repository
 */
export function mainOf(main: string): string {
  const folder = process.env['BILLONCE_TEST_BUNDLES'];
  const bundle = folder === undefined ? '' : path.join(folder, main.replace(/\.ts$/, '.mjs'));
  return folder !== undefined && existsSync(bundle) ? bundle : path.join(root, main);
}
