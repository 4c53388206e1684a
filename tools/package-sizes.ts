import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { packageEntries, readManifest } from './package-manifest.ts';

/** The size of each entry of the built package with everything that it loads, minified and compressed. */
async function measureEntries(
  packageFolder: string,
  builtFolder: string,
): Promise<ReadonlyMap<string, number>> {
  const entries = packageEntries(readManifest(packageFolder));
  const sizes = await Promise.all(
    entries.map(async ({ subpath, built }): Promise<[string, number]> => {
      const { outputFiles } = await build({
        entryPoints: [path.join(builtFolder, `${built}.js`)],
        bundle: true,
        minify: true,
        format: 'esm',
        platform: 'node',
        target: 'node24',
        packages: 'external',
        write: false,
      });
      return [subpath, gzipSync(outputFiles[0]?.contents ?? '').length];
    }),
  );
  return new Map(sizes);
}

/**
 * Checks the size of each entry against its limit in `size-limits.json`, which is set about a tenth above the size of the
 * entry at that time: growth is a decision.
 */
export async function sizeFaults(packageFolder: string, builtFolder: string): Promise<readonly string[]> {
  const limits = readLimits(packageFolder);
  const sizes = await measureEntries(packageFolder, builtFolder);
  const faults = [...limits.keys()]
    .filter((subpath) => !sizes.has(subpath))
    .map((subpath) => `size-limits.json names ${subpath}, which is no entry`);
  for (const [subpath, bytes] of sizes) {
    const bytesMax = limits.get(subpath);
    if (bytesMax === undefined)
      faults.push(`size-limits.json has no limit for ${subpath}, which has ${bytes} bytes`);
    else if (bytes > bytesMax)
      faults.push(`${subpath} has ${bytes} bytes; its limit in size-limits.json is ${bytesMax}`);
  }
  return faults;
}

function readLimits(packageFolder: string): ReadonlyMap<string, number> {
  const value: unknown = JSON.parse(readFileSync(path.join(packageFolder, 'size-limits.json'), 'utf8'));
  return new Map(Object.entries(parseNumbers(value)));
}

function parseNumbers(value: unknown): Readonly<Record<string, number>> {
  if (typeof value !== 'object' || value === null) throw new TypeError('size-limits.json: no object');
  const numbers: Record<string, number> = {};
  for (const [name, bytesMax] of Object.entries(value)) {
    if (!Number.isInteger(bytesMax)) throw new TypeError(`size-limits.json: ${name} is no whole number`);
    numbers[name] = bytesMax;
  }
  return numbers;
}
