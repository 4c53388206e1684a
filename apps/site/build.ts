// Builds the site of the docs into apps/site/dist, unless it exists and none of its sources has changed.
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
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
  for (const file of paths)
    hash
      .update(`${file.slice(root.length)}\0`)
      .update(readFileSync(file))
      .update('\0');
  return hash.digest('hex');
}

/** Waits until no other process builds the site. The lock is that of a file of SQLite, which ends with its process. */
function lock(): DatabaseSync {
  const folder = path.join(root, 'node_modules/.cache');
  mkdirSync(folder, { recursive: true });
  const file = new DatabaseSync(path.join(folder, 'billonce-site.lock'), { timeout: 600_000 });
  file.exec('BEGIN EXCLUSIVE');
  return file;
}

const locked = lock();
const digest = digestOfSources();
if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) {
  console.log('the site in apps/site/dist is up to date');
} else {
  const { build } = await import('vitepress');
  await build(fileURLToPath(new URL('.', import.meta.url)));
  writeFileSync(stamp, digest);
}
locked.close();
