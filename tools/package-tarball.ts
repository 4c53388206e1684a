// Builds the package and packs it as the registry would get it: node tools/package-tarball.ts FOLDER
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildPackage } from './build-package.ts';

/** Packs a built package into a tarball in another folder, and gives its path. */
export function packPackage(builtFolder: string, into: string): string {
  const file = execFileSync('npm', ['pack', '--silent', '--offline', '--pack-destination', into], {
    cwd: builtFolder,
    encoding: 'utf8',
    // The command is a constant; a shell is needed for npm.cmd on Windows.
    shell: process.platform === 'win32',
  });
  return path.join(into, file.trim());
}

function buildAndPack(into: string): string {
  const builtFolder = mkdtempSync(path.join(tmpdir(), 'billonce-build-'));
  try {
    return packPackage(buildPackage(builtFolder), into);
  } finally {
    rmSync(builtFolder, { recursive: true });
  }
}

if (import.meta.main) console.log(buildAndPack(process.argv[2] ?? process.cwd()));
