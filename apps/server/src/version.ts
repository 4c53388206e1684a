import { readFileSync } from 'node:fs';

/** The version of this server and of its command line. */
export function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const found: unknown =
    typeof manifest === 'object' && manifest !== null ? Reflect.get(manifest, 'version') : '';
  return typeof found === 'string' ? found : '';
}
