import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { platform } from 'node:os';
import { dirname } from 'node:path';

/** A file to which lines are appended, and which is sometimes rewritten. One call at a time. */
export class JournalFile {
  readonly #path: string;
  #handle: FileHandle | undefined;
  #bytes = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** the length of the file, as far as it was written here */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Appends to the content that `rewrite` wrote. If it rejects, the end of the file is unknown and the file must be
   * rewritten.
   */
  async append(text: string, isDurable: boolean): Promise<void> {
    if (this.#handle === undefined) throw new Error('the file is not open');
    await this.#handle.appendFile(text);
    if (isDurable) await this.#handle.datasync();
    this.#bytes += Buffer.byteLength(text);
  }

  /**
   * Replaces the content of the file atomically: after a crash it has the old or the new content. When it resolves, the
   * content is on disk.
   */
  async rewrite(text: string): Promise<void> {
    const newPath = `${this.#path}.new`;
    await this.close();
    // Kept open while the file is renamed, so that lines are appended to this very file. An existing file with this
    // name is left over from a crash, or is a link that another user made, which must not be followed.
    await rm(newPath, { force: true });
    const handle = await open(newPath, 'wx', 0o600);
    try {
      await handle.appendFile(text);
      await handle.sync();
      await rename(newPath, this.#path);
      await syncDirectory(dirname(this.#path));
    } catch (error) {
      await handle.close();
      throw error;
    }
    this.#handle = handle;
    this.#bytes = Buffer.byteLength(text);
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }
}

/** Without this, a power loss may undo the renaming. Windows does not support it, and does not need it. */
async function syncDirectory(path: string): Promise<void> {
  if (platform() === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
