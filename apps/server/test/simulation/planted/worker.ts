// Looks for one planted fault. This thread loads its modules with the fault.
import { parentPort, workerData } from 'node:worker_threads';
import { plant } from './plant.ts';
import type { PlantedFault } from './planted-fault.ts';

interface Work {
  readonly root: string;
  readonly fault: PlantedFault;
  readonly firstSeed: number;
  readonly seedsMax: number;
}

const { root, fault, firstSeed, seedsMax }: Work = workerData;
plant(root, fault);

const { simulate } =
  fault.foundBy === 'library' ? await import('../library/simulate.ts') : await import('../simulate.ts');
let found: { readonly seed: number; readonly promise: string } | undefined;
for (let seed = firstSeed; seed < firstSeed + seedsMax && found === undefined; seed++) {
  const { violation } = await simulate(seed);
  if (violation !== undefined) found = { seed, promise: violation.promise };
}
parentPort?.postMessage(found);
