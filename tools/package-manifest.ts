import { readFileSync } from 'node:fs';
import path from 'node:path';

const packages = path.resolve(import.meta.dirname, '../packages');

/** The folders of the published packages; a package comes after those that it depends on. */
export const publishedFolders: readonly string[] = ['idempotency', 'client'].map((name) =>
  path.join(packages, name),
);

/** A subpath of the package. */
export interface PackageEntry {
  /** as in `exports`: `.` or `./express` */
  readonly subpath: string;
  /** as it is imported: `@billonce/idempotency/express` */
  readonly specifier: string;
  /** the name of the files about the entry: `express`, `client-file-journal`, `index` for the root */
  readonly name: string;
  /** path of the built module without its ending, from the folder of the published package: `lib/adapters/express` */
  readonly built: string;
}

/** The `package.json` of the workspace, from which the published one is made. */
export interface PackageManifest {
  readonly name: string;
  readonly version: string;
  /** the oldest Node that it supports: `22.15` */
  readonly oldestNode: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  /** all members, in their order */
  readonly members: Readonly<Record<string, unknown>>;
}

/** Reads the manifest of a package of the workspace. */
export function readManifest(packageFolder: string): PackageManifest {
  return parseManifest(JSON.parse(readFileSync(path.join(packageFolder, 'package.json'), 'utf8')));
}

/** The entries that the manifest exports, in its order. */
export function packageEntries({ name, exports }: PackageManifest): readonly PackageEntry[] {
  return Object.entries(exports).map(([subpath, source]) => ({
    subpath,
    specifier: `${name}${subpath.slice(1)}`,
    name: subpath === '.' ? 'index' : subpath.slice(2).replaceAll('/', '-'),
    built: source.replace(/^\.\/src\//, 'lib/').replace(/\.ts$/, ''),
  }));
}

function parseManifest(value: unknown): PackageManifest {
  const members = parseMembers(value, 'package.json');
  const { name, version, exports, engines, dependencies = {}, peerDependencies } = members;
  if (typeof name !== 'string' || typeof version !== 'string')
    throw new TypeError('package.json: no name or version');
  return {
    name,
    version,
    oldestNode: (parseTexts(engines, 'engines')['node'] ?? '').replace('>=', ''),
    exports: parseTexts(exports, 'exports'),
    dependencies: parseTexts(dependencies, 'dependencies'),
    peerDependencies: parseTexts(peerDependencies, 'peerDependencies'),
    members,
  };
}

function parseMembers(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError(`${where}: no object`);
  return Object.fromEntries(Object.entries(value));
}

/** Checks that all values of an object are strings. */
function parseTexts(value: unknown, where: string): Readonly<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const [name, text] of Object.entries(parseMembers(value, where))) {
    if (typeof text !== 'string') throw new TypeError(`${where}.${name}: no text`);
    texts[name] = text;
  }
  return texts;
}
