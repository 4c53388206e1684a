import { globSync } from 'node:fs';

/** All test files, or those whose paths contain one of the parts. */
export function testFiles(parts: readonly string[]): string[] {
  const files = globSync('{packages,apps}/*/{src,test}/**/*.test.ts');
  return files.filter((file) => parts.length === 0 || parts.some((part) => file.includes(part)));
}
