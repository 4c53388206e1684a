import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
/** Where a run leaves bundles, and what survived. */
export const workFolder = path.join(root, 'node_modules', '.cache', 'billonce-mutants');

/** Where the run of a process, and its workers, have the bundles. */
export function bundlesFolder(pid: number): string {
  return path.join(workFolder, `bundles-${pid}`);
}
