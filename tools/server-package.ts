// Packs the server with its command, dashboard and docs, as for a registry: node tools/server-package.ts [FOLDER]
import { execFileSync } from 'node:child_process';
import { copyFileSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { bundleDashboard } from '../apps/dashboard/build/bundle.ts';
import { withoutRelativeLinks } from './build-package.ts';
import { packPackage } from './package-tarball.ts';

const root = path.resolve(import.meta.dirname, '..');
/** The path below which the server serves the files of the dashboard. */
const dashboardFolder = '/dashboard';
const server = 'apps/server';
const dashboard = 'apps/dashboard/build/bundle';
const site = 'apps/site';
const mcp = 'apps/mcp';
/** Workspaces whose sources the server runs. They have the same paths in the package as in the repository. */
export const workspaces = [server, 'packages/contract', 'packages/idempotency', 'packages/client'];
/** With the MCP server, which needs packages that are installed only by those who use it. */
const packed = [...workspaces, mcp];

/** The module that each name of a workspace leads to, without its ending. */
const modules: ReadonlyMap<string, string> = new Map([
  ['@billonce/dashboard', dashboard],
  ...packed
    .filter((workspace) => workspace !== server)
    .flatMap((workspace) =>
      Object.entries<unknown>({ ...manifestOf(workspace).exports }).map(
        ([subpath, source]): [string, string] => [
          `@billonce/${path.basename(workspace)}${subpath.slice(1)}`,
          path.join(workspace, String(source).replace(/\.ts$/, '')),
        ],
      ),
    ),
]);

/** Packs the server into a tarball in a folder, and returns its path. */
export async function packServer(into: string): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'billonce-server-'));
  try {
    await writeServer(folder);
    return packPackage(folder, into);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Writes the files of the package into a folder. */
export async function writeServer(folder: string): Promise<void> {
  for (const workspace of packed) copySources(workspace, folder);
  await writeDashboard(folder);
  copySite(folder);
  copyFileSync(path.join(root, 'LICENSE'), path.join(folder, 'LICENSE'));
  for (const name of ['README.md', 'CHANGELOG.md']) {
    const page = readFileSync(path.join(root, name), 'utf8');
    writeFileSync(path.join(folder, name), withoutRelativeLinks(page));
  }
  writeJson(path.join(folder, 'package.json'), publishedManifest());
}

/** Node does not strip types below `node_modules`, so the package has JavaScript: the same lines without types. */
function copySources(workspace: string, folder: string): void {
  const files = globSync(`${workspace}/{src/**/*.ts,bin/*.mjs}`, {
    cwd: root,
    exclude: ['**/*.test.ts', '**/test/**', '**/testing/**'],
  });
  for (const file of files) {
    const target = path.join(folder, file.replace(/\.ts$/, '.js'));
    mkdirSync(path.dirname(target), { recursive: true });
    const source = readFileSync(path.join(root, file), 'utf8');
    const script = file.endsWith('.ts') ? stripTypeScriptTypes(source) : source;
    writeFileSync(target, withBuiltPaths(script, path.dirname(file)));
  }
}

/** Rewrites the paths of sources to those of the built files, and the names of workspaces to paths. */
function withBuiltPaths(script: string, folder: string): string {
  return script
    .replace(/(['"])(\.{1,2}\/[\w./-]+)\.ts\1/g, '$1$2.js$1')
    .replace(
      /(\bfrom |\bimport\(|\bconst program = )'(@billonce\/[\w/-]+)'/g,
      (whole, before: string, name: string) => {
        const found = modules.get(name);
        if (found === undefined) return whole;
        const relative = path.relative(folder, found).split(path.sep).join('/');
        return `${before}'${relative.startsWith('.') ? relative : `./${relative}`}.js'`;
      },
    );
}

/** The dashboard, bundled once: the package needs no bundler. */
async function writeDashboard(folder: string): Promise<void> {
  const { page, files } = await bundleDashboard(dashboardFolder);
  const module = path.join(folder, `${dashboard}.js`);
  mkdirSync(path.dirname(module), { recursive: true });
  writeJson(path.join(path.dirname(module), 'bundle.json'), {
    page,
    files: files.map(({ bytes, ...file }) => ({ ...file, bytes: bytes.toString('base64') })),
  });
  writeFileSync(
    module,
    `import { readFile } from 'node:fs/promises';

export async function bundleDashboard(folder) {
  if (folder !== '${dashboardFolder}') throw new Error('the dashboard was bundled for ${dashboardFolder}');
  const { page, files } = JSON.parse(await readFile(new URL('./bundle.json', import.meta.url), 'utf8'));
  return { page, files: files.map((file) => ({ ...file, bytes: Buffer.from(file.bytes, 'base64') })) };
}
`,
  );
  const { version } = manifestOf(server);
  writeJson(path.join(folder, server, 'package.json'), { type: 'module', version });
}

/** Copies the site of the docs to the place where the server looks for it, compressed to a fifth of its size. */
function copySite(folder: string): void {
  execFileSync(process.execPath, [`${site}/build.ts`], { cwd: root, stdio: ['ignore', 2, 2] });
  const built = path.join(root, site, 'dist');
  for (const file of globSync('**/*', { cwd: built, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const source = path.join(file.parentPath, file.name);
    const target = path.join(folder, site, 'dist', path.relative(built, source));
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(`${target}.gz`, gzipSync(readFileSync(source), { level: 9 }));
  }
}

function publishedManifest(): object {
  const { name, version, description, license, engines } = manifestOf(server);
  const dependencies = Object.fromEntries(
    workspaces
      .flatMap((workspace) => Object.entries({ ...manifestOf(workspace).dependencies }))
      .filter(([dependency]) => !dependency.startsWith('@billonce/')),
  );
  return {
    name,
    version,
    description,
    license,
    type: 'module',
    bin: { billonce: `./${server}/bin/billonce.mjs` },
    engines,
    files: ['apps', 'packages', 'CHANGELOG.md'],
    dependencies,
    ...optional({ ...manifestOf(mcp).devDependencies }),
  };
}

/** Packages that only some users need, and install themselves. */
function optional(versions: Readonly<Record<string, unknown>>): object {
  const meta = Object.keys(versions).map((name) => [name, { optional: true }]);
  return { peerDependencies: versions, peerDependenciesMeta: Object.fromEntries(meta) };
}

function manifestOf(workspace: string): Readonly<Record<string, unknown>> & {
  readonly dependencies?: object;
  readonly devDependencies?: object;
  readonly exports?: object;
} {
  const value: unknown = JSON.parse(readFileSync(path.join(root, workspace, 'package.json'), 'utf8'));
  if (typeof value !== 'object' || value === null)
    throw new TypeError(`${workspace}/package.json: no object`);
  return Object.fromEntries(Object.entries(value));
}

function writeJson(file: string, value: object): void {
  writeFileSync(file, `${JSON.stringify(value, undefined, 2)}\n`);
}

if (import.meta.main) console.log(await packServer(process.argv[2] ?? process.cwd()));
