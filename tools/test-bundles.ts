import { globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin, stop } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = path.join(root, 'node_modules', '.cache', 'billonce-test-bundles');
/** The main files of the processes that tests start most often. */
const ofProcesses = [
  'apps/server/src/main.ts',
  'apps/server/src/cli/main.ts',
  'apps/server/test/fuzz/server.ts',
  'apps/mcp/src/main.ts',
];
/** The main files of the server's threads. */
const ofThreads = globSync('apps/server/src/**/*-thread.ts', { cwd: root });
/** Packages that are not bundled: they look for files next to their own, or have native binaries. */
const external = ['@opentelemetry/*', 'esbuild', 'lightningcss', 'rolldown', 'typescript', 'vite'];
/** The `require` that CommonJS packages call. */
const requireOfBundle = `import { createRequire as createRequireOfBundle } from 'node:module';
const require = createRequireOfBundle(${JSON.stringify(pathToFileURL(path.join(root, 'apps/server/src/main.ts')).href)});`;

/**
 * Bundles the main files that tests start with everything that they load: reading hundreds of files takes most of
 * a start. Tests about the sources or the package start these instead of the bundles.
 *
 * @returns the environment by which tests find the bundles
 */
export async function bundleForTests(): Promise<Readonly<Record<string, string>>> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await Promise.all([...ofProcesses, ...ofThreads].map(bundle));
  await stop();
  writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}\n');
  return { BILLONCE_TEST_BUNDLES: folder };
}

/** Code that is loaded on demand stays in separate files next to that of the main file. */
async function bundle(main: string): Promise<void> {
  await build({
    entryPoints: [path.join(root, main)],
    outdir: folder,
    outbase: root,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    keepNames: true,
    external,
    banner: { js: requireOfBundle },
    plugins: [placesOfSources],
    logLevel: 'error',
  });
}

/** The path of the bundle of a main file. */
function bundleOf(main: string): string {
  return path.join(folder, main.replace(/\.ts$/, '.mjs'));
}

/** Fixes `import.meta.url`, so that a source finds its neighbouring files from a bundle, too. Threads start from their bundles. */
const placesOfSources: Plugin = {
  name: 'places of sources',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path: file }) => {
      const source = await readFile(file, 'utf8');
      if (!source.includes('import.meta')) return undefined;
      const url = (place: string) => JSON.stringify(pathToFileURL(place).href);
      const contents = source
        .replaceAll(/new URL\('(\.\/[\w-]+-thread\.ts)', import\.meta\.url\)/g, (_, name: string) => {
          const thread = path.relative(root, path.resolve(path.dirname(file), name));
          return `new URL(${url(bundleOf(thread))})`;
        })
        .replaceAll('import.meta.url', url(file));
      return { contents, loader: 'ts' };
    });
  },
};
