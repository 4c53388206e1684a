import { getSystemErrorMessage } from 'node:util';
import { StorageFault } from '../../ledger/storage-port.ts';
import { primaryCode } from './fault.ts';

/** EACCES, EPERM and EROFS of the file system; read-only and cannot open of SQLite. */
const deniedCodes: ReadonlySet<unknown> = new Set(['EACCES', 'EPERM', 'EROFS', 8, 14]);
const fullCodes: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 13]);

/**
 * An error that says in one sentence why a file or folder of the database cannot be used, and what to do.
 *
 * @param what the file or folder and what cannot be done, such as `books.db cannot be opened for writing`
 */
export function openFault(what: string, error: unknown): Error {
  return new Error(`${what}: ${reasonOf(error)}${adviceOn(error)}`, { cause: error });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const errno: unknown = Reflect.get(error, 'errno');
  return typeof errno === 'number' ? getSystemErrorMessage(errno) : error.message;
}

function adviceOn(error: unknown): string {
  const cause = error instanceof StorageFault ? error.cause : error;
  const code: unknown =
    primaryCode(cause) ?? (cause instanceof Error ? Reflect.get(cause, 'code') : undefined);
  if (deniedCodes.has(code)) {
    return '. The user that runs the server must be able to write the file and its folder; or set DATABASE_URL to another place';
  }
  return fullCodes.has(code) ? '. Free space on the disk, or set DATABASE_URL to another place' : '';
}
