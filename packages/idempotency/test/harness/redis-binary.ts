import { spawnSync } from 'node:child_process';
import { runApt } from './apt.ts';

/** A server's program, and the name that it is to be run under. */
export interface RedisBinary {
  readonly file: string;
  readonly name: string;
}

// On Debian the server is a link to redis-check-rdb, which acts by the name that it is run under. That program comes
// without a system service, which the package with the link would start.
const candidates: readonly RedisBinary[] = [
  { file: 'redis-server', name: 'redis-server' },
  { file: 'valkey-server', name: 'valkey-server' },
  { file: 'redis-check-rdb', name: 'redis-server' },
];

// Several test files may find at once that there is no server: the first installs it, the others wait and look again.
const install = `
command -v redis-check-rdb && exit 0
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y --no-install-recommends redis-tools`;

let found: Promise<RedisBinary> | undefined;

/**
 * The server of this machine; on Debian, as root, it is installed if need be.
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

/** Installs the server, and gives what went wrong. */
async function installed(): Promise<unknown> {
  if (process.getuid?.() !== 0) return new Error('not root');
  try {
    await runApt(install);
    return undefined;
  } catch (error) {
    return error;
  }
}
