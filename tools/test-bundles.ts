import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = path.join(root, 'node_modules', '.cache', 'billonce-test-bundles');
/** The main files of processes and threads that tests start most. */
const mains = [
  'apps/server/src/main.ts',
  'apps/server/src/cli/main.ts',
  'apps/server/test/fuzz/server.ts',
  'apps/mcp/src/main.ts',
  'apps/server/src/storage/sqlite/writer/writer-thread.ts',
  'apps/server/src/storage/sqlite/read-thread.ts',
  'apps/server/src/storage/postgres/read-thread.ts',
  'apps/server/src/storage/postgres/lanes/lane-thread.ts',
];
/** What is loaded where it is: it looks for files beside its own, or has programs for this machine. */
const external = ['esbuild', 'lightningcss', 'rolldown', 'typescript', 'vite'];
const requireHere = (file: string) =>
  `import { createRequire as createRequireOfBundle } from 'node:module';
const require = createRequireOfBundle(${JSON.stringify(pathToFileURL(file).href)});`;

/**
 * Puts each main file that tests start into one file with everything that it loads: reading hundreds of files takes most of
 * a start. The sources, and the package, are started by the tests that are about them.
 *
 * @returns the environment that tells tests where they are
 */
export async function bundleForTests(): Promise<Readonly<Record<string, string>>> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await Promise.all(
    mains.map((main) =>
      build({
        entryPoints: [path.join(root, main)],
        outfile: bundleOf(main),
        bundle: true,
        platform: 'node',
        format: 'esm',
        target: 'node24',
        keepNames: true,
        external,
        banner: { js: requireHere(path.join(root, main)) },
        plugins: [placesOfSources],
        logLevel: 'error',
      }),
    ),
  );
  writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}\n');
  return { BILLONCE_TEST_BUNDLES: folder };
}

/** Where the bundle of a main file is. */
function bundleOf(main: string): string {
  return path.join(folder, main.replace(/\.ts$/, '.mjs'));
}

/** What a source finds by its place it finds from a bundle, too; threads are started from their bundles. */
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
