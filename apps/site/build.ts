// Builds the site of the docs into apps/site/dist, unless it exists and none of its sources has changed.
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** The digest of the sources from which the site in `dist` was built. */
const stamp = new URL('dist/.built-from', import.meta.url);

const sources = [
  'docs/**/*',
  'apps/site/{build.ts,package.json,src/**/*,.vitepress/**/*.ts}',
  'package-lock.json',
];

function digestOfSources(): string {
  const hash = createHash('sha256');
  const files = globSync(sources, { cwd: root, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => `${parentPath}/${name}`).sort();
  for (const path of paths)
    hash
      .update(`${path.slice(root.length)}\0`)
      .update(readFileSync(path))
      .update('\0');
  return hash.digest('hex');
}

const digest = digestOfSources();
if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) {
  console.log('the site in apps/site/dist is up to date');
} else {
  const { build } = await import('vitepress');
  await build(fileURLToPath(new URL('.', import.meta.url)));
  writeFileSync(stamp, digest);
}
