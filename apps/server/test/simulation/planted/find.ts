import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { PlantedFault } from './planted-fault.ts';

/** In which world a planted fault broke which promise. */
interface FoundFault {
  readonly seed: number;
  readonly promise: string;
}

const root = join(import.meta.dirname, '../../../../..');

/** Looks for a planted fault with some seeds, in a thread that has loaded it; `undefined` if none of them finds it. */
export async function findFault(
  main: URL,
  fault: PlantedFault,
  firstSeed: number,
  seedsMax: number,
): Promise<FoundFault | undefined> {
  const worker = new Worker(main, { workerData: { root, fault, firstSeed, seedsMax } });
  try {
    const [found] = await once(worker, 'message');
    return found;
  } finally {
    await worker.terminate();
  }
}
