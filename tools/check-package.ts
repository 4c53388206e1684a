import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { type BuiltPackage, buildPackages } from './build-package.ts';
import { staleReports } from './package-api.ts';
import { publishedFolders, readManifest } from './package-manifest.ts';
import { sizeFaults } from './package-sizes.ts';
import { subpathFaults } from './package-subpaths.ts';
import { packPackage } from './package-tarball.ts';

/** Checks each package in its published form for the faults that its users would notice. */
export async function checkPackages(): Promise<boolean> {
  let isSound = true;
  for (const built of buildPackages()) isSound = (await checkPackage(built)) && isSound;
  return isSound;
}

async function checkPackage({ packageFolder, builtFolder }: BuiltPackage): Promise<boolean> {
  const temporary = mkdtempSync(path.join(tmpdir(), 'billonce-pack-'));
  try {
    const tarball = packPackage(builtFolder, temporary);
    const faults = [
      ...dependencyFaults(packageFolder),
      ...subpathFaults(packageFolder),
      ...staleReports(packageFolder, builtFolder).map(
        (file) => `${file} is stale; npm run docs prints it again`,
      ),
      ...(await sizeFaults(packageFolder, builtFolder)),
      ...(await publintFaults(tarball)),
      ...typeFaults(tarball),
      ...publishFaults(builtFolder),
    ];
    for (const fault of faults) console.error(fault);
    return faults.length === 0;
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

/** A package installs no third-party package, and does not force its peers on its users. */
function dependencyFaults(packageFolder: string): readonly string[] {
  const { members, version, dependencies, peerDependencies } = readManifest(packageFolder);
  const place = `packages/${path.basename(packageFolder)}/package.json`;
  const faults = ['optionalDependencies', 'bundleDependencies', 'scripts']
    .filter((name) => name in members)
    .map((name) => `${place}: there must be no ${name}`);
  const ours = new Set(publishedFolders.map((folder) => readManifest(folder).name));
  for (const [name, wanted] of Object.entries(dependencies)) {
    if (!ours.has(name) || wanted !== version)
      faults.push(`${place}: ${name} ${wanted} must be a package of this repository, in this version`);
  }
  const optional = JSON.stringify(
    Object.fromEntries(Object.keys(peerDependencies).map((name) => [name, { optional: true }])),
  );
  if (JSON.stringify(members['peerDependenciesMeta']) !== optional) {
    faults.push(`${place}: peerDependenciesMeta must make each peer optional, in the same order`);
  }
  return faults;
}

/** The faults that publint finds in a tarball. */
export async function publintFaults(tarball: string): Promise<readonly string[]> {
  const packed = await new Blob([readFileSync(tarball)]).arrayBuffer();
  const { messages, pkg } = await publint({ strict: true, pack: { tarball: packed } });
  return messages.map((message) => `publint: ${formatMessage(message, pkg, { color: false })}`);
}

/** `attw` resolves the types of each entry as every kind of consumer does. */
function typeFaults(tarball: string): readonly string[] {
  const attw = ['node_modules/@arethetypeswrong/cli/dist/index.js', tarball, '--no-color'];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...attw, '--format', 'ascii'], {
    encoding: 'utf8',
  });
  return status === 0 ? [] : [`attw: ${stdout}${stderr}`];
}

/** The faults for which `npm publish` would refuse the package. It sends nothing to a registry. */
export function publishFaults(builtFolder: string): readonly string[] {
  const { status, stdout, stderr } = spawnSync(
    'npm',
    ['publish', '--dry-run', '--offline', '--access', 'public'],
    {
      cwd: builtFolder,
      encoding: 'utf8',
      // The command is a constant; a shell is needed for npm.cmd on Windows.
      shell: process.platform === 'win32',
    },
  );
  return status === 0 ? [] : [`npm publish --dry-run: ${stdout}${stderr}`];
}
