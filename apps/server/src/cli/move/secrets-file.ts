import { constants, fstatSync, openSync, writeSync } from 'node:fs';
import { MoveFault } from './move-fault.ts';
import type { NewSecret } from './report.ts';

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = constants;

/**
 * Opens a file for secrets, before there are any; it is created if it does not exist. Only its owner may read it.
 *
 * @throws {MoveFault} if it is not a file, or other users may read or change it
 * @throws {Error} if it is a symbolic link, or cannot be written
 */
export function openSecretsFile(file: string): (secret: NewSecret) => void {
  const descriptor = openSync(file, O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_WRONLY, 0o600);
  const found = fstatSync(descriptor);
  if (!found.isFile()) throw new MoveFault(`${file} is not a file`);
  if ((found.mode & 0o077) !== 0) {
    throw new MoveFault(`other users may read or change ${file}: run chmod 600 on it first`);
  }
  return (secret) => {
    const line = Buffer.from(`${JSON.stringify(secret)}\n`);
    for (let written = 0; written < line.length; ) written += writeSync(descriptor, line, written);
  };
}
