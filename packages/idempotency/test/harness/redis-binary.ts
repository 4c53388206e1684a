import { spawnSync } from 'node:child_process';
import { runApt } from './apt.ts';

/** The program of a server, and the name under which it must run. */
export interface RedisBinary {
  readonly file: string;
  readonly name: string;
}

// On Debian the server is a link to redis-check-rdb, whose behaviour depends on the name under which it runs. Its
// package has no system service. The package with the link has one, and would start it.
const candidates: readonly RedisBinary[] = [
  { file: 'redis-server', name: 'redis-server' },
  { file: 'valkey-server', name: 'valkey-server' },
  { file: 'redis-check-rdb', name: 'redis-server' },
];

// Several test files may find at the same time that there is no server: the first one installs it, and the others wait
// and check again.
const install = `
command -v redis-check-rdb && exit 0
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y --no-install-recommends redis-tools`;

let found: Promise<RedisBinary> | undefined;

/**
 * Finds the server of this machine. On Debian, root installs it if it is missing.
 *
 * @throws {Error} if there is none
 */
export function redisBinary(): Promise<RedisBinary> {
  found ??= findOrInstall();
  return found;
}

async function findOrInstall(): Promise<RedisBinary> {
  const known = findBinary();
  if (known !== undefined) return known;
  const cause = await installed();
  const binary = findBinary();
  if (binary !== undefined) return binary;
  throw new Error(
    'NO REDIS: the tests of the Redis store need redis-server or valkey-server (7 or later) on the PATH, ' +
      'and it could not be installed (that is tried on Debian, as root)',
    { cause },
  );
}

function findBinary(): RedisBinary | undefined {
  return candidates.find(({ file, name }) => {
    const { stdout } = spawnSync(file, ['--version'], { argv0: name, encoding: 'utf8' });
    return stdout?.includes('server v=');
  });
}

/** Installs the server, and returns the error, if any. */
async function installed(): Promise<unknown> {
  if (process.getuid?.() !== 0) return new Error('not root');
  try {
    await runApt(install);
    return undefined;
  } catch (error) {
    return error;
  }
}
