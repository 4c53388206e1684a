// Builds the published folder of packages/conformance: node tools/conformance-package.ts [FOLDER]
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { changesIn, compilePackage, withoutRelativeLinks } from './build-package.ts';
import { publintFaults, publishFaults } from './check-package.ts';
import { packPackage } from './package-tarball.ts';

const root = path.resolve(import.meta.dirname, '..');
const source = path.join(root, 'packages/conformance');
const program = 'billonce-conformance';
/** Members of the manifest that only the workspace needs, and members that are written for the built files. */
const replaced: ReadonlySet<string> = new Set(['private', 'devDependencies', 'bin', 'exports']);

/** Builds the command into a folder, which is emptied first. */
function buildConformance(folder = path.join(source, 'dist')): string {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  compilePackage(source, folder, []);
  copyFileSync(path.join(root, 'LICENSE'), path.join(folder, 'LICENSE'));
  const readme = readFileSync(path.join(source, 'README.md'), 'utf8');
  writeFileSync(path.join(folder, 'README.md'), withoutRelativeLinks(readme));
  const changes = readFileSync(path.join(root, 'CHANGELOG.md'), 'utf8');
  writeFileSync(path.join(folder, 'CHANGELOG.md'), changesIn(changes, /^- Conformance/));
  writeFileSync(path.join(folder, 'package.json'), `${JSON.stringify(publishedManifest(), undefined, 2)}\n`);
  return folder;
}

function readManifest(): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(readFileSync(path.join(source, 'package.json'), 'utf8'));
  if (typeof value !== 'object' || value === null) throw new TypeError('package.json: no object');
  return Object.fromEntries(Object.entries(value));
}

function publishedManifest(): Readonly<Record<string, unknown>> {
  const kept = Object.entries(readManifest()).filter(([name]) => !replaced.has(name));
  return {
    ...Object.fromEntries(kept),
    bin: { [program]: 'lib/main.js' },
    exports: { '.': { types: './lib/index.d.ts', default: './lib/index.js' } },
    files: ['lib', 'CHANGELOG.md'],
  };
}

/** Checks the command in its published form: it has no dependencies, and runs without any other package. */
export async function checkConformance(): Promise<boolean> {
  const folder = buildConformance();
  const temporary = mkdtempSync(path.join(tmpdir(), 'billonce-conformance-'));
  try {
    const tarball = packPackage(folder, temporary);
    const names = ['dependencies', 'optionalDependencies', 'peerDependencies', 'scripts'];
    const manifest = readManifest();
    const faults = [
      ...names.filter((name) => name in manifest).map((name) => `conformance: there must be no ${name}`),
      ...(await publintFaults(tarball)),
      ...publishFaults(folder),
      ...runFaults(tarball, temporary),
    ];
    for (const fault of faults) console.error(fault);
    return faults.length === 0;
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

/** Unpacks the tarball into a folder without other packages, and runs the command with --help. */
function runFaults(tarball: string, into: string): readonly string[] {
  execFileSync('tar', ['-xzf', tarball, '-C', into]);
  const main = path.join(into, 'package/lib/main.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, '--help'], { encoding: 'utf8' });
  const isRight = status === 0 && stdout.startsWith(`usage: ${program}`);
  return isRight ? [] : [`${program} --help ended with ${status}: ${stdout}${stderr}`];
}

if (import.meta.main) console.log(buildConformance(process.argv[2]));
