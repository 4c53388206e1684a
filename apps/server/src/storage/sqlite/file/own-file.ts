import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readlinkSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { syncPath } from '../../name-whole.ts';
import { openFault } from './open-fault.ts';

/** Linux follows as many links. */
const linksMax = 40;

/** A file that a server has open, and the name that must keep leading to it. */
export class OwnFile {
  readonly name: string;
  readonly #device: bigint;
  readonly #inode: bigint;

  private constructor(name: string, found: { readonly dev: bigint; readonly ino: bigint }) {
    this.name = name;
    this.#device = found.dev;
    this.#inode = found.ino;
  }

  /**
   * Records the file that a name leads to.
   *
   * @throws {Error} if it leads to no file
   */
  static at(name: string): OwnFile {
    return new OwnFile(name, statSync(name, { bigint: true }));
  }

  /**
   * Whether the name still leads to the same file.
   *
   * @throws {Error} if that cannot be seen now
   */
  get isInPlace(): boolean {
    const found = lookAt(this.name);
    return found?.dev === this.#device && found.ino === this.#inode;
  }
}

function lookAt(name: string): { readonly dev: bigint; readonly ino: bigint } | undefined {
  try {
    // `undefined` when there is no such file or folder.
    return statSync(name, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    if (codeOf(error) === 'ELOOP') return undefined;
    throw error;
  }
}

/**
 * The file itself that a name leads to, through any links, even if it does not exist yet: two names of one file must
 * lead to one lock. The folder is created if it does not exist.
 */
export function realFile(name: string): string {
  let file = resolve(name);
  makeFolder(dirname(file));
  for (let links = 0; links < linksMax; links++) {
    file = join(realpathSync(dirname(file)), basename(file));
    const target = linkTarget(file);
    if (target === undefined) return file;
    file = resolve(dirname(file), target);
  }
  throw new Error(`${name} is a symbolic link that leads to itself`);
}

/**
 * Makes an empty file if there is none, so that its name is known to lead to it before anything is written.
 *
 * @returns whether it was made
 * @throws {Error} if the file has several names: each would have its separate write-ahead log and lock
 */
export function makeOwn(file: string): boolean {
  const isMade = made(file);
  const found = statSync(file);
  const { nlink } = found;
  if (!found.isFile()) throw new Error(`${file} is not a file: set DATABASE_URL to the name of a file`);
  if (nlink > 1) {
    throw new Error(
      `${file} has ${nlink} names (hard links); each would get its own log and lock: delete the others`,
    );
  }
  return isMade;
}

function made(file: string): boolean {
  try {
    closeSync(openSync(file, 'wx', 0o600));
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Removes the rights of other users from a file of this user, and from SQLite's files next to it, because earlier
 * versions created them with the umask. Rights of the group are kept, because they may have been set on purpose. Files
 * of other users are not changed.
 */
export function closeToOthers(file: string): void {
  for (const name of [file, `${file}-wal`, `${file}-shm`]) {
    const found = statSync(name, { throwIfNoEntry: false });
    if (found?.isFile() !== true || (found.mode & 0o007) === 0 || found.uid !== process.getuid?.()) continue;
    chmodSync(name, found.mode & 0o770);
  }
}

/**
 * SQLite deletes a write-ahead log whose database is missing, and with it acknowledged writes.
 *
 * @throws {Error} if there is such a log
 */
export function refuseOrphanLog(file: string): void {
  const log = `${file}-wal`;
  if (existsSync(file) || !existsSync(log)) return;
  throw new Error(
    `${log} exists without its database, and holds writes of it: put ${file} back, or move the log away`,
  );
}

/** If a power failure loses the folder, the books are lost, so the name of the folder is synced, too. */
function makeFolder(folder: string): void {
  const first = firstMade(folder);
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) syncPath(dirname(made));
}

function firstMade(folder: string): string | undefined {
  try {
    return mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw openFault(`the folder ${folder} cannot be created`, error);
  }
}

function linkTarget(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch {
    // It is no link, or does not exist.
    return undefined;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error ? Reflect.get(error, 'code') : undefined;
}
