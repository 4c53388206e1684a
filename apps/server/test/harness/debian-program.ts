import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runApt } from '../../../../packages/idempotency/test/harness/apt.ts';

const kept = fileURLToPath(new URL('../../../../node_modules/.cache/billonce-debian', import.meta.url));

/** A program of a Debian package, and the arguments that print its version. */
interface Program {
  readonly name: string;
  readonly packageName: string;
  /** the path in the package */
  readonly file: string;
  readonly versionArguments: readonly string[];
}

const programs = {
  promtool: { packageName: 'prometheus', file: 'usr/bin/promtool', versionArguments: ['--version'] },
  prometheus: { packageName: 'prometheus', file: 'usr/bin/prometheus', versionArguments: ['--version'] },
  nginx: { packageName: 'nginx', file: 'usr/sbin/nginx', versionArguments: ['-v'] },
  caddy: { packageName: 'caddy', file: 'usr/bin/caddy', versionArguments: ['version'] },
  kubectl: {
    packageName: 'kubernetes-client',
    file: 'usr/bin/kubectl',
    versionArguments: ['version', '--client'],
  },
} as const satisfies Readonly<Record<string, Omit<Program, 'name'>>>;

/**
 * Finds a program on the machine. Otherwise it unpacks Debian's package once for all tests, and does not install it,
 * because the package's system service would start.
 *
 * @returns its file, or the reason to skip a test
 */
export async function debianProgram(
  name: keyof typeof programs,
): Promise<{ readonly file: string } | { readonly missing: string }> {
  const program: Program = { name, ...programs[name] };
  if (runs(name, program)) return { file: name };
  const file = join(kept, program.packageName, program.file);
  if (!existsSync(file)) {
    try {
      await unpack(program.packageName);
    } catch (error) {
      const reason = error instanceof Error ? error.message.split('\n', 1)[0] : '';
      return { missing: `NO ${name.toUpperCase()}: not on the PATH, nor among Debian's packages: ${reason}` };
    }
  }
  if (runs(file, program)) return { file };
  return {
    missing: `NO ${name.toUpperCase()}: that of Debian's package ${program.packageName} does not run here`,
  };
}

/** The folder of what a Debian package has, unpacked once for all tests, or why there is none. */
export async function debianFolder(
  packageName: string,
): Promise<{ readonly folder: string } | { readonly missing: string }> {
  const folder = join(kept, packageName);
  try {
    if (!existsSync(folder)) await unpack(packageName);
    return { folder };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n', 1)[0] : '';
    return { missing: `NO ${packageName}: not among Debian's packages: ${reason}` };
  }
}

function runs(file: string, { versionArguments }: Program): boolean {
  return spawnSync(file, versionArguments, { stdio: 'ignore' }).status === 0;
}

/** Another process may unpack at the same time, so the folder gets its final name only when it is complete. */
async function unpack(packageName: string): Promise<void> {
  await mkdir(kept, { recursive: true });
  const draft = await mkdtemp(join(kept, 'draft-'));
  try {
    await runApt(
      `set -e
      apt-get download -qq ${packageName} || { apt-get update -qq && apt-get download -qq ${packageName}; }
      dpkg -x ./*.deb whole`,
      draft,
    );
    const target = join(kept, packageName);
    if (!existsSync(target)) await rename(join(draft, 'whole'), target);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
