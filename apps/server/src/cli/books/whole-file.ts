import { existsSync } from 'node:fs';
import { link, open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Writes a file that bears its name only once it is whole and on disk; a name that is taken is never written over.
 *
 * @throws {Error} if the name is taken, the pieces break off, or the disk does not take them
 */
export async function writeWholeFile(
  target: string,
  pieces: AsyncIterable<string | Uint8Array>,
): Promise<void> {
  if (existsSync(target)) throw new Error(`${target} exists: move it away first`);
  const partial = `${target}.partial`;
  const file = await open(partial, 'w', 0o600);
  try {
    try {
      for await (const piece of pieces) await file.appendFile(piece);
      await file.sync();
    } finally {
      await file.close();
    }
    // Not a rename: that would write over a file that has come meanwhile.
    await link(partial, target);
  } finally {
    await unlink(partial);
  }
  const folder = await open(dirname(target), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
