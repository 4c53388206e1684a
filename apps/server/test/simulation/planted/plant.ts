import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { PlantedFault } from './planted-fault.ts';

/** From now on, this thread loads the file with the fault in it. */
export function plant(root: string, fault: Pick<PlantedFault, 'file' | 'from' | 'to'>): void {
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
}
