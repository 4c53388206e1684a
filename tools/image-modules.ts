import { cpSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { workspaces } from './server-package.ts';

const root = path.resolve(import.meta.dirname, '..');

interface Dependencies {
  readonly needed: readonly string[];
  readonly optional: readonly string[];
}

/** Copies the packages that the server needs at run time, from this checkout to the same paths below a folder. */
export function copyModules(folder: string): void {
  const ours = (name: string) => name.startsWith('@billonce/');
  const found = new Set<string>();
  const ahead = [...workspaces];
  for (let from = ahead.pop(); from !== undefined; from = ahead.pop()) {
    const { needed, optional } = dependenciesOf(from);
    for (const name of [...needed, ...optional].filter((one) => !ours(one))) {
      const place = placeOf(name, from);
      if (place === undefined && needed.includes(name)) throw new Error(`${from}: ${name} is not installed`);
      if (place === undefined || found.has(place)) continue;
      found.add(place);
      ahead.push(place);
      cpSync(path.join(root, place), path.join(folder, place), {
        recursive: true,
        filter: (file) => isRun(path.relative(path.join(root, place), file)),
      });
    }
  }
}

/** Where Node finds a package, as a path in the repository. */
function placeOf(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const place = path.join(folder === '.' ? '' : folder, 'node_modules', name);
    if (path.basename(folder) !== 'node_modules' && existsSync(path.join(root, place))) return place;
    if (folder === '.') return undefined;
  }
}

function dependenciesOf(place: string): Dependencies {
  const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(
    readFileSync(path.join(root, place, 'package.json'), 'utf8'),
  );
  const optionalPeers = new Set(Object.keys({ ...peerDependenciesMeta }));
  const peers = Object.keys({ ...peerDependencies }).filter((name) => !optionalPeers.has(name));
  const optional = Object.keys({ ...optionalDependencies });
  return {
    needed: [...Object.keys({ ...dependencies }), ...peers].filter((name) => !optional.includes(name)),
    optional,
  };
}

/**
 * Whether Node may read a file of a package. It reads no source maps, types and pages; tests and builds for bundlers are not
 * imported. Packages within the package are copied separately.
 */
function isRun(file: string): boolean {
  const [first = ''] = file.split(path.sep);
  if (
    [
      'node_modules',
      '.github',
      'test',
      'tests',
      'benchmark',
      'benchmarks',
      'example',
      'examples',
      'docs',
    ].includes(first)
  )
    return false;
  if (/^build[/\\]es(?:m|next)$/.test(file)) return false;
  return (
    !/\.(?:map|[cm]?ts|md|markdown|tsbuildinfo|test\.[cm]?js)$/.test(file) ||
    /licen[sc]e|notice/i.test(path.basename(file))
  );
}
