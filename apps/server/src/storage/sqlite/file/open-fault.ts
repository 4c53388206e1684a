import { getSystemErrorMessage } from 'node:util';
import { StorageFault } from '../../../ledger/storage-port.ts';
import { primaryCode } from '../fault.ts';

/** EACCES, EPERM and EROFS of the file system; read-only and cannot open of SQLite. */
const deniedCodes: ReadonlySet<unknown> = new Set(['EACCES', 'EPERM', 'EROFS', 8, 14]);
const fullCodes: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 13]);

/** What the user of a process must be able to do. */
type Right = 'write the file and its folder' | 'read the file';

/**
 * An error that says in one sentence why a file or folder of the database cannot be used, and what to do.
 *
 * @param what the file or folder and what cannot be done, such as `books.db cannot be opened for writing`
 */
export function openFault(
  what: string,
  error: unknown,
  right: Right = 'write the file and its folder',
): Error {
  return new Error(`${what}: ${reasonOf(error)}${adviceOn(error, right)}`, { cause: error });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const errno: unknown = Reflect.get(error, 'errno');
  return typeof errno === 'number' ? getSystemErrorMessage(errno) : error.message;
}

function adviceOn(error: unknown, right: Right): string {
  const cause = error instanceof StorageFault ? error.cause : error;
  const code: unknown =
    primaryCode(cause) ?? (cause instanceof Error ? Reflect.get(cause, 'code') : undefined);
  if (deniedCodes.has(code)) {
    return right === 'read the file'
      ? '. Run the command as a user who may read the file, such as the user that runs the server'
      : '. The user that runs the server must be able to write the file and its folder; or set DATABASE_URL to another place';
  }
  if (code === 11) return '. The file is damaged: keep it, and restore a backup';
  return fullCodes.has(code) ? '. Free space on the disk, or set DATABASE_URL to another place' : '';
}
