import { readFileSync } from 'node:fs';
import { isObject, type Json } from './json-text.ts';

/** The version in the manifest of the package. */
export function readVersion(): string {
  const manifest: Json = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const version = isObject(manifest) ? manifest['version'] : undefined;
  return typeof version === 'string' ? version : '0.0.0';
}
