import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { childEnvironment } from '../../harness/child-environment.ts';
import type { PlantedFault } from './planted-fault.ts';

const root = join(import.meta.dirname, '../../../../..');
const tests = join(root, 'apps/server/test');
const workerMain = new URL('./worker.ts', import.meta.url);
const preload = new URL('./planted-test.ts', import.meta.url).href;

/**
 * Looks for a planted fault, and returns what found it; `undefined` if nothing did. For worlds, it tries several seeds.
 */
export async function findFault(
  fault: PlantedFault,
  firstSeed: number,
  seedsMax: number,
): Promise<string | undefined> {
  return typeof fault.foundBy === 'string'
    ? await findInWorlds(fault, firstSeed, seedsMax)
    : await findByTest(fault.name, fault.foundBy);
}

/** Runs in a thread that has loaded the fault. */
async function findInWorlds(
  fault: PlantedFault,
  firstSeed: number,
  seedsMax: number,
): Promise<string | undefined> {
  const worker = new Worker(workerMain, { workerData: { root, fault, firstSeed, seedsMax } });
  try {
    const [found] = await once(worker, 'message');
    return found && `SEED=${found.seed} breaks: ${found.promise}`;
  } finally {
    await worker.terminate();
  }
}

/** Runs in a process whose threads all load the fault. */
async function findByTest(
  fault: string,
  { file, name }: Exclude<PlantedFault['foundBy'], string>,
): Promise<string | undefined> {
  const args = ['--import', preload, `--test-name-pattern=^${name}`, join(tests, file)];
  const child = spawn(process.execPath, args, {
    env: { ...childEnvironment, PLANTED_FAULT: fault },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  const [code] = await once(child, 'close');
  if (code === 0) return undefined;
  // The test itself must have failed, not only its file.
  if (!printed.split('\n').some((line) => /^(?:✖|not ok)/.test(line) && line.includes(name)))
    throw new Error(`${file} ended with ${code}:\n${printed}`);
  return `${file} fails: ${name}`;
}
