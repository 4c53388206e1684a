import { readdirSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const folder = fileURLToPath(new URL('../../src/storage/postgres/', import.meta.url));
/** Main files of threads, which run when they are loaded. */
const ofThreads: ReadonlySet<string> = new Set(['lanes/lane-thread.ts', 'read-thread.ts']);

/** A constant of the engine with one or more statements, or a function that makes one. */
export interface StatementConstant {
  /** the file and the name of the constant */
  readonly name: string;
  readonly value: unknown;
}

/** The files of the engine and their texts. */
export function engineFiles(): readonly (readonly [file: string, source: string])[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .toSorted()
    .map((file) => [file, readFileSync(join(folder, file), 'utf8')] as const);
}

/**
 * Returns every constant of the engine whose name ends with `Sql`, including those that no file exports. Each file is
 * loaded once more, because others may have loaded it before.
 */
export async function statementConstants(): Promise<readonly StatementConstant[]> {
  const found: StatementConstant[] = [];
  const key = `statements of ${folder}`;
  Reflect.set(globalThis, key, (file: string, constants: Readonly<Record<string, unknown>>) => {
    for (const [name, value] of Object.entries(constants)) found.push({ name: `${file} ${name}`, value });
  });
  const hooks = registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const file = url.startsWith('file:') ? fileURLToPath(url.replace(/\?.*/, '')) : '';
      if (!url.endsWith('?statements') || !file.startsWith(folder) || loaded.source === undefined)
        return loaded;
      const source = String(loaded.source);
      const names = [...source.matchAll(/^(?:export )?const (\w+Sql)\b/gm)].map(([, name]) => name);
      const report = `globalThis[${JSON.stringify(key)}](${JSON.stringify(file.slice(folder.length))}, {${names.join(', ')}});`;
      return { ...loaded, source: names.length === 0 ? source : `${source}\n${report}` };
    },
  });
  for (const [file] of engineFiles())
    if (!ofThreads.has(file)) await import(`${pathToFileURL(join(folder, file)).href}?statements`);
  hooks.deregister();
  return found;
}
