// Builds the packages and packs them as for the registry: npm run tarballs -- FOLDER [LAST]
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildPackages } from './build-package.ts';

/** Packs a built package into a tarball in another folder, which is made if need be, and returns its path. */
export function packPackage(builtFolder: string, folder: string): string {
  const into = path.resolve(folder);
  mkdirSync(into, { recursive: true });
  const file = execFileSync('npm', ['pack', '--silent', '--offline', '--pack-destination', into], {
    cwd: builtFolder,
    encoding: 'utf8',
    // The command is a constant; a shell is needed for npm.cmd on Windows.
    shell: process.platform === 'win32',
  });
  return path.join(into, file.trim());
}

if (import.meta.main) {
  const [into = process.cwd(), last] = process.argv.slice(2);
  const temporary = mkdtempSync(path.join(tmpdir(), 'billonce-build-'));
  try {
    for (const { builtFolder } of buildPackages(temporary, last)) console.log(packPackage(builtFolder, into));
  } finally {
    rmSync(temporary, { recursive: true });
  }
}
