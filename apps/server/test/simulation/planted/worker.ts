// Looks for one planted fault: the modules of this thread are loaded with it.
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { PlantedFault } from './planted-fault.ts';

interface Work {
  readonly root: string;
  readonly fault: PlantedFault;
  readonly firstSeed: number;
  readonly seedsMax: number;
}

const { root, fault, firstSeed, seedsMax }: Work = workerData;
const target = pathToFileURL(`${root}/${fault.file}`).href;
registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (url !== target) return loaded;
    const source = String(loaded.source);
    if (!source.includes(fault.from)) throw new Error(`${fault.file} does not have what is to be changed`);
    return { ...loaded, source: source.replace(fault.from, () => fault.to) };
  },
});

const { simulate } =
  fault.world === 'library' ? await import('../library/simulate.ts') : await import('../simulate.ts');
let found: { readonly seed: number; readonly promise: string } | undefined;
for (let seed = firstSeed; seed < firstSeed + seedsMax && found === undefined; seed++) {
  const { violation } = await simulate(seed);
  if (violation !== undefined) found = { seed, promise: violation.promise };
}
parentPort?.postMessage(found);
