import { Readable } from 'node:stream';

/** An export that did not reach its end: its client must notice. */
class ExportEnded extends Error {
  constructor(reason: string) {
    super(`the export was aborted: ${reason}`);
    this.name = 'ExportEnded';
  }
}

/**
 * The text of an export, part by part. A part is made only after the previous one was taken, so an export that is not
 * read keeps one part in memory, and another in the socket. If its client reads too little, the connection is closed.
 */
export class ExportStream extends Readable {
  readonly #parts: AsyncIterator<string>;
  readonly #whole: NodeJS.Timeout;

  /**
   * @param parts if it fails, the file breaks off
   * @param wholeMs the longest duration of the export
   */
  constructor(parts: AsyncIterator<string>, wholeMs: number) {
    // A part is larger than this, so nothing is read ahead.
    super({ highWaterMark: 1 });
    this.#parts = parts;
    this.#whole = setTimeout(() => this.destroy(new ExportEnded('it lasted too long')), wholeMs);
  }

  override _read(): void {
    this.#parts.next().then(
      ({ value, done }) => {
        if (this.destroyed) return;
        this.push(done === true ? null : value);
      },
      (error: unknown) => this.destroy(error instanceof Error ? error : new ExportEnded('a part failed')),
    );
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    clearTimeout(this.#whole);
    callback(error);
  }
}
