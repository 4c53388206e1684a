// Builds the folder `dist` of each published package: node tools/build-package.ts
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type PackageManifest, packageEntries, publishedFolders, readManifest } from './package-manifest.ts';

const root = path.resolve(import.meta.dirname, '..');

/** Members of a manifest that only the workspace needs. */
const workspaceOnly: ReadonlySet<string> = new Set(['private', 'devDependencies', 'scripts']);

/** The beginning of changelog entries that belong to a package. */
const changesOf: Readonly<Record<string, RegExp>> = {
  '@billonce/idempotency': /^- The library/,
  '@billonce/client': /^- The client/,
};

/** A package, and the folder into which it was built. */
export interface BuiltPackage {
  readonly packageFolder: string;
  readonly builtFolder: string;
}

/**
 * Builds the published packages, each into its folder `dist` or into a folder below the given one. The folder is emptied
 * first.
 *
 * @param last the last package to build
 * @throws if the sources have a type error
 */
export function buildPackages(into?: string, last?: string): readonly BuiltPackage[] {
  const built: BuiltPackage[] = [];
  for (const packageFolder of publishedFolders) {
    const name = path.basename(packageFolder);
    const folder = into === undefined ? path.join(packageFolder, 'dist') : path.join(into, name);
    built.push({ packageFolder, builtFolder: buildPackage(packageFolder, folder, built) });
    if (name === last) break;
  }
  return built;
}

function buildPackage(packageFolder: string, folder: string, before: readonly BuiltPackage[]): string {
  const workspace = readManifest(packageFolder);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  compilePackage(packageFolder, folder, before);
  addCommonJs(folder, workspace);
  copyFileSync(path.join(root, 'LICENSE'), path.join(folder, 'LICENSE'));
  const readme = path.join(packageFolder, 'README.md');
  if (existsSync(readme)) {
    writeFileSync(path.join(folder, 'README.md'), withoutRelativeLinks(readFileSync(readme, 'utf8')));
  }
  const changes = readFileSync(path.join(root, 'CHANGELOG.md'), 'utf8');
  writeFileSync(path.join(folder, 'CHANGELOG.md'), changesIn(changes, changesOf[workspace.name] ?? /^$/));
  const manifest = publishedManifest(workspace);
  writeFileSync(path.join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  return folder;
}

/** Replaces relative links by their text: outside the repository they would lead nowhere. */
export function withoutRelativeLinks(page: string): string {
  return page.replace(/\[([^[\]]+)\]\((?![a-z]+:|#)[^()]+\)/g, '$1');
}

/** The changelog entries of a package, under their headings. */
export function changesIn(changes: string, about: RegExp): string {
  const blocks = changes.split(/\n(?=- |#)/).filter((block) => block.startsWith('#') || about.test(block));
  const isEntry = (block: string | undefined) => block?.startsWith('- ') === true;
  const kept = blocks.filter((block, at) => !block.startsWith('### ') || isEntry(blocks[at + 1]));
  const lines = kept.map((block) => (isEntry(block) ? block.trim() : `${block.trim()}\n`));
  return `${withoutRelativeLinks(lines.join('\n').trim())}\n`;
}

/**
 * Compiles the sources of a package into the folder `lib` of the published package.
 *
 * @param before the packages that it depends on
 * @throws if they have a type error
 */
export function compilePackage(packageFolder: string, folder: string, before: readonly BuiltPackage[]): void {
  const outDir = path.join(folder, 'lib');
  const project = path.join(folder, 'tsconfig.json');
  writeFileSync(project, JSON.stringify(configOf(packageFolder, outDir, before)));
  // Without source maps: the published code is the source without its types, which can be read and debugged directly.
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['node_modules/typescript/bin/tsc', '--project', project],
    { cwd: root, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`the package cannot be built:\n${stdout}${stderr}`);
  rmSync(project);
  for (const file of globSync('**/*.d.ts', { cwd: outDir })) rewriteSpecifiers(path.join(outDir, file));
}

/** A package is compiled against the built declarations of the packages that it depends on, as its users will have them. */
function configOf(packageFolder: string, outDir: string, before: readonly BuiltPackage[]): object {
  const entries = before.flatMap((one) =>
    packageEntries(readManifest(one.packageFolder)).map(({ specifier, built }) => [
      specifier,
      [path.join(one.builtFolder, `${built}.d.ts`)],
    ]),
  );
  return {
    extends: path.join(packageFolder, 'tsconfig.build.json'),
    compilerOptions: {
      outDir,
      paths: Object.fromEntries(entries),
      typeRoots: [path.join(root, 'node_modules/@types')],
    },
  };
}

/** The compiler rewrites `./a.ts` to `./a.js` in modules only; declarations must name files that are published too. */
function rewriteSpecifiers(file: string): void {
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(/(\b(?:from|import) ?\(?['"]\.{1,2}\/[^'"\n]+)\.ts(?=['"])/g, '$1.js'));
}

/**
 * For `require` each entry has a file of CommonJS that loads the ES module, so that a process has one copy of it, and all
 * declarations are copied for it: without the copies the compiler refuses the entry under `module: node16` (TS1479).
 */
function addCommonJs(folder: string, manifest: PackageManifest): void {
  const lib = path.join(folder, 'lib');
  for (const file of globSync('**/*.d.ts', { cwd: lib })) {
    const text = readFileSync(path.join(lib, file), 'utf8');
    const to = path.join(lib, file.replace(/\.d\.ts$/, '.d.cts'));
    writeFileSync(to, text.replace(/(\b(?:from|import) ?\(?['"]\.{1,2}\/[^'"\n]+)\.js(?=['"])/g, '$1.cjs'));
  }
  for (const { built } of packageEntries(manifest)) {
    const module = `./${path.basename(built)}.js`;
    writeFileSync(path.join(folder, `${built}.cjs`), loaderOf(manifest.name, manifest.oldestNode, module));
  }
}

/** An older Node cannot load an ES module by `require`, and its message does not say which Node can. */
function loaderOf(name: string, oldestNode: string, module: string): string {
  return `try {
  module.exports = require('${module}');
} catch (cause) {
  if (cause.code !== 'ERR_REQUIRE_ESM') throw cause;
  const message = '${name} cannot be loaded in Node ' + process.versions.node + ': Node must be ${oldestNode} or later';
  throw Object.assign(new Error(message, { cause }), { code: cause.code });
}
`;
}

function publishedManifest(manifest: PackageManifest): Readonly<Record<string, unknown>> {
  const entries = packageEntries(manifest).map(({ subpath, built }) => [
    subpath,
    {
      require: { types: `./${built}.d.cts`, default: `./${built}.cjs` },
      types: `./${built}.d.ts`,
      default: `./${built}.js`,
    },
  ]);
  const kept = Object.entries(manifest.members).filter(([name]) => !workspaceOnly.has(name));
  // For TypeScript under `moduleResolution: node`, which does not read `exports`.
  const typesVersions = packageEntries(manifest)
    .filter(({ subpath }) => subpath !== '.')
    .map(({ subpath, built }) => [subpath.slice(2), [`./${built}.d.ts`]]);
  return {
    ...Object.fromEntries(kept),
    main: './lib/index.js',
    types: './lib/index.d.ts',
    typesVersions: { '*': Object.fromEntries(typesVersions) },
    exports: Object.fromEntries(entries),
    sideEffects: false,
    files: ['lib', 'CHANGELOG.md'],
  };
}

if (import.meta.main) for (const { builtFolder } of buildPackages()) console.log(builtFolder);
