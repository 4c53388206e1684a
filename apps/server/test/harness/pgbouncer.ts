import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runApt } from '../../../../packages/idempotency/test/harness/apt.ts';
import { freePort } from '../../../../packages/idempotency/test/harness/free-port.ts';
import { unprivileged } from '../../../../packages/idempotency/test/harness/postgres-program.ts';

// The package is unpacked, not installed, because its system service would start. The other packages are libraries that
// a base Debian lacks.
const unpack = `
set -e
packages='pgbouncer libc-ares2 libevent-2.1-7'
apt-get download -qq $packages || { apt-get update -qq && apt-get download -qq $packages; }
for package in *.deb; do dpkg -x "$package" .; rm "$package"; done`;

/** Stops the pooler when this process closes the pipe or ends in any way, and then cleans up. */
const keep = `"$@" & pooler=$!
  cat > /dev/null
  kill -KILL $pooler
  wait $pooler
  rm -rf "$PWD"`;

/** A PgBouncer that hands out connections by transaction. */
export interface TestPgBouncer {
  /** The URL of a database through the pooler. */
  through(url: string): string;
  /** Stops it and removes its folder. It also ends with this process. */
  stop(): Promise<void>;
}

/**
 * Starts PgBouncer in front of a server, for all of its databases. If PATH has none, Debian's package is unpacked.
 *
 * @param poolSize connections to each database, however many clients there are
 * @throws {Error} if there is none, or it does not start
 */
export async function startPgBouncer(server: string, poolSize: number): Promise<TestPgBouncer> {
  const folder = mkdtempSync(join(tmpdir(), 'billonce-pgbouncer-'));
  try {
    const program = await findOrUnpack(folder);
    const port = await freePort();
    writeSettings(folder, { port, server: new URL(server), poolSize });
    const ids = unprivileged();
    // The folder belongs to the pooler's user, so that the pooler can clean up without this process.
    if (ids.uid !== undefined) execFileSync('chown', ['-R', `${ids.uid}:${ids.gid}`, folder]);
    const command = ['sh', program.file, join(folder, 'pgbouncer.ini')];
    const keeper = spawn('sh', ['-c', keep, ...command], {
      ...ids,
      cwd: folder,
      env: { PATH: process.env['PATH'], LD_LIBRARY_PATH: program.libraries },
      detached: true,
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    await ready(keeper);
    letGo(keeper);
    return {
      through: (url) => Object.assign(new URL(url), { port: String(port) }).href,
      stop: () => stopped(keeper),
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function findOrUnpack(folder: string): Promise<{ readonly file: string; readonly libraries: string }> {
  const known = spawnSync('pgbouncer', ['--version'], { encoding: 'utf8' }).stdout;
  if (known?.startsWith('PgBouncer')) return { file: 'pgbouncer', libraries: '' };
  try {
    await runApt(unpack, folder);
  } catch (error) {
    throw new Error('NO PGBOUNCER: it is not on the PATH, and could not be had from the packages of Debian', {
      cause: error,
    });
  }
  const { arch } = process;
  const triplet = arch === 'x64' ? 'x86_64-linux-gnu' : arch === 'arm64' ? 'aarch64-linux-gnu' : arch;
  return { file: join(folder, 'usr/sbin/pgbouncer'), libraries: join(folder, 'usr/lib', triplet) };
}

function writeSettings(
  folder: string,
  { port, server, poolSize }: { readonly port: number; readonly server: URL; readonly poolSize: number },
): void {
  const users = join(folder, 'users.txt');
  writeFileSync(users, `"${server.username}" ""\n`);
  const lines = [
    '[databases]',
    `* = host=${server.hostname} port=${server.port}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = trust',
    `auth_file = ${users}`,
    'pool_mode = transaction',
    `default_pool_size = ${poolSize}`,
    'max_client_conn = 1000',
  ];
  writeFileSync(join(folder, 'pgbouncer.ini'), `${lines.join('\n')}\n`);
}

async function ready(child: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    said = (said + chunk).slice(-10_000);
    if (said.includes('process up')) resolve();
  });
  child.on('error', reject);
  child.on('exit', () => reject(new Error(`PgBouncer did not start: ${said}`)));
  await promise;
}

/** The pooler must not keep a process alive whose tests have ended. */
function letGo(keeper: ChildProcess): void {
  keeper.stderr?.resume();
  keeper.unref();
  for (const stream of keeper.stdio) if (stream instanceof Socket) stream.unref();
}

async function stopped(keeper: ChildProcess): Promise<void> {
  if (keeper.exitCode !== null || keeper.signalCode !== null) return;
  keeper.ref();
  const exited = once(keeper, 'exit');
  keeper.stdin?.end();
  await exited;
}
