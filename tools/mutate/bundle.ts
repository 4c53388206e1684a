import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { bundlesFolder, root } from './places.ts';

/** A test file, bundled with everything that it imports from this repository. */
export interface TestBundle {
  /** below the root of the repository */
  readonly testFile: string;
  readonly bundle: string;
}

/** The replacement of `node:test` in a bundle: the collection of the worker that imports the bundle. */
const testModule = `const tests = globalThis[Symbol.for('billonce.tests')];
export default tests.test;
export const { test, it, describe, suite, before, after, beforeEach, afterEach, mock } = tests;`;

/**
 * Bundles test files. A bundle exports a function that runs the whole file: a worker calls it again for each mutant, so that all
 * constants of modules are calculated again, and nothing is compiled again.
 *
 * @param sources what to read instead of files, by absolute path
 * @returns bundles of the test files that reach one of the sources
 */
export async function bundleTests(
  testFiles: readonly string[],
  sources: ReadonlyMap<string, string>,
): Promise<TestBundle[]> {
  const folder = bundlesFolder(process.pid);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { metafile } = await build({
    entryPoints: testFiles.map((file) => path.join(root, file)),
    outdir: folder,
    outbase: root,
    absWorkingDir: root,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    keepNames: true,
    packages: 'external',
    metafile: true,
    plugins: [testPlugin, sourcePlugin(sources)],
    logLevel: 'error',
  });
  const reached = new Set([...sources.keys()].map((file) => path.relative(root, file)));
  return Object.entries(metafile.outputs).flatMap(([output, { entryPoint, inputs }]) => {
    if (entryPoint === undefined || !Object.keys(inputs).some((input) => reached.has(input))) return [];
    const bundle = path.join(root, output);
    writeFileSync(bundle, asFunction(readFileSync(bundle, 'utf8')));
    return [{ testFile: entryPoint, bundle }];
  });
}

/** The imports stay, and everything else moves into a function. */
function asFunction(module: string): string {
  const imported: string[] = [];
  const body: string[] = [];
  let isImport = false;
  for (const line of module.split('\n')) {
    isImport ||= line.startsWith('import ');
    (isImport ? imported : body).push(line);
    if (line.endsWith(';')) isImport = false;
  }
  return [...imported, 'export async function load() {', ...body, '}'].join('\n');
}

const testPlugin: Plugin = {
  name: 'node:test',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:test$/ }, () => ({ path: 'node:test', namespace: 'collected' }));
    onLoad({ filter: /^/, namespace: 'collected' }, () => ({ contents: testModule, loader: 'js' }));
  },
};

/** Reads instrumented sources, and fixes `import.meta`, so that a source finds its neighbouring files from a bundle, too. */
function sourcePlugin(sources: ReadonlyMap<string, string>): Plugin {
  return {
    name: 'sources',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, async ({ path: file }) => {
        const instrumented = sources.get(file);
        const source = instrumented ?? (await readFile(file, 'utf8'));
        if (instrumented === undefined && !source.includes('import.meta')) return undefined;
        const contents = source
          .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(file).href))
          .replaceAll('import.meta.dirname', JSON.stringify(path.dirname(file)));
        return { contents, loader: 'ts' };
      });
    },
  };
}
