// Runs all static checks of the sources: format, lint, types, layers, dead code, package, docs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { checkDomain } from './check-domain.ts';
import { checkLayers } from './check-layers.ts';
import { checkLockfile } from './check-lockfile.ts';
import { checkPackages } from './check-package.ts';
import { checkPatterns } from './check-patterns.ts';
import { checkTypes } from './check-types.ts';
import { checkWords } from './check-words.ts';
import { checkConformance } from './conformance-package.ts';

type Step = readonly [name: string, run: () => boolean | Promise<boolean>];

const bin = (name: string) => `node_modules/.bin/${name}`;

/** The longest checks come first, because two run at a time. */
const steps: readonly Step[] = [
  ['types and type-aware lint', () => checkTypes()],
  ['packages', () => checkPackages()],
  ['regular expressions', () => command(bin('eslint'), '.', '--max-warnings', '0')],
  ['format and lint', () => command(bin('biome'), 'ci', '--colors=off', '--error-on-warnings', '.')],
  ['dead code', () => command(bin('knip'))],
  ['printed docs', () => command(bin('node'), 'tools/print-docs.ts', '--check')],
  ['lock file', () => checkLockfile()],
  ['patterns', () => checkPatterns()],
  ['words', () => checkWords()],
  ['words of the domain', () => checkDomain()],
  ['layers', () => checkLayers()],
  ['conformance package', () => checkConformance()],
];
const stepsAtOnce = 2;

/** Runs a command, and prints its whole output when it has ended. */
async function command(file: string, ...args: string[]): Promise<boolean> {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const printed: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => printed.push(chunk));
  await once(child, 'close');
  process.stdout.write(Buffer.concat(printed));
  return child.exitCode === 0;
}

const failed: string[] = [];
const left = [...steps];

async function runSteps(): Promise<void> {
  for (let step = left.shift(); step !== undefined; step = left.shift()) {
    const [name, run] = step;
    const startMs = performance.now();
    const passed = await run();
    const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
    console.log(`${passed ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
    if (!passed) failed.push(name);
  }
}

await Promise.all(Array.from({ length: stepsAtOnce }, runSteps));
if (failed.length > 0) {
  console.error(`check failed: ${failed.join(', ')}`);
  process.exit(1);
}
