import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** The folder of the package in the workspace. */
export const packageFolder = path.resolve(import.meta.dirname, '../..');
/** The folder of the workspace. */
export const root = path.resolve(packageFolder, '../..');

/** Runs a program to its end, and gives what it prints. */
export function run(cwd: string, file: string, ...args: string[]): string {
  return execFileSync(file, args, { cwd, encoding: 'utf8' });
}

/**
 * Builds the package and packs it into a folder as the registry would get it; gives the path of the tarball.
 *
 * @param command as a page has it: `npm run tarballs -- /tmp idempotency`
 */
export function packInto(folder: string, command = 'npm run tarballs -- /tmp idempotency'): string {
  const [, last] = /^npm run tarballs -- \/tmp (\w+)\s*$/.exec(command) ?? [];
  assert.ok(last !== undefined, command);
  const [library = ''] = run(root, process.execPath, 'tools/package-tarball.ts', folder, last).split('\n');
  return library;
}

/** Makes a project of which the tarball is the only dependency. */
export function installPacked(project: string, tarball: string, type: 'module' | 'commonjs'): void {
  mkdirSync(project);
  const manifest = { name: 'consumer', private: true, type };
  writeFileSync(path.join(project, 'package.json'), JSON.stringify(manifest));
  // The command is a constant; a shell is needed for npm.cmd on Windows.
  execFileSync('npm', ['install', '--offline', '--no-audit', '--no-fund', '--loglevel=error', tarball], {
    cwd: project,
    shell: process.platform === 'win32',
  });
}

/** Puts packages of the workspace into a project, as an installation would. */
export function linkPackages(project: string, ...names: readonly string[]): void {
  for (const name of names) {
    const target = [packageFolder, root]
      .map((folder) => path.join(folder, 'node_modules', name))
      .find((folder) => existsSync(folder));
    assert.ok(target !== undefined, `${name} is not installed`);
    const at = path.join(project, 'node_modules', name);
    mkdirSync(path.dirname(at), { recursive: true });
    symlinkSync(target, at, 'junction');
  }
}
