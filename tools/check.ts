// Everything that can be said of the sources without running them: format, lint, types, layers, dead code, package, docs.
import { spawnSync } from 'node:child_process';
import { checkLayers } from './check-layers.ts';
import { checkLockfile } from './check-lockfile.ts';
import { checkPackage } from './check-package.ts';
import { checkPatterns } from './check-patterns.ts';

const bin = (name: string) => `node_modules/.bin/${name}`;

const steps: readonly (readonly [name: string, run: () => boolean | Promise<boolean>])[] = [
  ['format and lint', () => command(bin('biome'), 'ci', '--colors=off', '--error-on-warnings', '.')],
  ['types', () => command(bin('tsc'), '--project', '.')],
  ['type-aware lint', () => command(bin('eslint'), '.', '--max-warnings', '0')],
  ['layers', () => checkLayers()],
  ['dead code', () => command(bin('knip'))],
  ['patterns', () => checkPatterns()],
  ['lock file', () => checkLockfile()],
  ['package', () => checkPackage()],
  ['printed docs', () => command(bin('node'), 'tools/print-docs.ts', '--check')],
];

function command(file: string, ...args: string[]): boolean {
  return spawnSync(file, args, { stdio: 'inherit' }).status === 0;
}

const failed: string[] = [];
for (const [name, run] of steps) {
  const startMs = performance.now();
  const passed = await run();
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  console.log(`${passed ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  if (!passed) failed.push(name);
}
if (failed.length > 0) {
  console.error(`check failed: ${failed.join(', ')}`);
  process.exit(1);
}
