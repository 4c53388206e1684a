import { randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { nameWhole, refuseTaken } from '../../storage/name-whole.ts';

/**
 * Writes a file that gets its name only once it is complete and on disk. An existing file of that name is never
 * overwritten.
 *
 * @throws {Error} if the name is taken, the pieces break off, or the disk refuses them
 */
export async function writeWholeFile(
  target: string,
  pieces: AsyncIterable<string | Uint8Array>,
  progress: (text: string) => void = () => undefined,
): Promise<void> {
  refuseTaken(target);
  // A random name: two commands with one target must not write to the same file.
  const partial = `${target}.${randomBytes(4).toString('hex')}.partial`;
  const file = await open(partial, 'wx', 0o600);
  try {
    try {
      let bytes = 0;
      for await (const piece of pieces) {
        await file.appendFile(piece);
        bytes += Buffer.byteLength(piece);
        progress(`${(bytes / 1_000_000).toFixed(1)} MB written`);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    nameWhole(partial, target);
  } finally {
    await rm(partial, { force: true });
  }
}
