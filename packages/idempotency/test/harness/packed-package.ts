import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** The folder of the package in the workspace. */
export const packageFolder = path.resolve(import.meta.dirname, '../..');
/** The folder of the workspace. */
export const root = path.resolve(packageFolder, '../..');

/** Runs a program to its end, and returns its output. */
export function run(cwd: string, file: string, ...args: string[]): string {
  return execFileSync(file, args, { cwd, encoding: 'utf8' });
}

/**
 * Builds the package, packs it into a folder as for the registry, and returns the path of the tarball.
 *
 * @param command as a page shows it: `npm run tarballs -- /tmp idempotency`
 */
export function packInto(folder: string, command = 'npm run tarballs -- /tmp idempotency'): string {
  const [, last] = /^npm run tarballs -- \/tmp (\w+)\s*$/.exec(command) ?? [];
  assert.ok(last !== undefined, command);
  const [library = ''] = run(root, process.execPath, 'tools/package-tarball.ts', folder, last).split('\n');
  return library;
}

/** Creates a project whose only dependency is the tarball. */
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

/** Links packages of the workspace into a project, like an installation would. */
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
