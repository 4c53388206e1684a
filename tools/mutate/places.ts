import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
/** The folder for the bundles and survivors of a run. */
export const workFolder = path.join(root, 'node_modules', '.cache', 'billonce-mutants');

/** The folder of the bundles of one process and its workers. */
export function bundlesFolder(pid: number): string {
  return path.join(workFolder, `bundles-${pid}`);
}
