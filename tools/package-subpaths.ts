import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { packageEntries, readManifest } from './package-manifest.ts';

/** Every subpath that a page names must be exported, and every exported subpath must be named in the README. */
export function subpathFaults(packageFolder: string): readonly string[] {
  const readme = path.join(packageFolder, 'README.md');
  const manifest = readManifest(packageFolder);
  const exported = new Set(packageEntries(manifest).map(({ specifier }) => specifier));
  const faults: string[] = [];
  for (const page of [...(existsSync(readme) ? [readme] : []), ...pages()]) {
    for (const specifier of specifiersIn(page, manifest.name)) {
      if (!exported.has(specifier)) faults.push(`${shown(page)} names ${specifier}, which is not exported`);
    }
  }
  if (!existsSync(readme)) return [...faults, `${shown(readme)} does not exist`];
  const documented = specifiersIn(readme, manifest.name);
  for (const specifier of exported) {
    if (!documented.has(specifier))
      faults.push(`${specifier} is exported, and ${shown(readme)} does not name it`);
  }
  return faults;
}

function pages(): readonly string[] {
  const root = path.resolve(import.meta.dirname, '..');
  return globSync(['*.md', 'docs/**/*.md', 'examples/**/*.md'], {
    cwd: root,
    exclude: ['**/node_modules'],
  }).map((page) => path.join(root, page));
}

function specifiersIn(page: string, packageName: string): ReadonlySet<string> {
  const found = readFileSync(page, 'utf8').match(new RegExp(`${packageName}(?:/[a-z][a-z0-9-]*)*`, 'g'));
  return new Set(found ?? []);
}

function shown(page: string): string {
  return path.relative(path.resolve(import.meta.dirname, '..'), page);
}
