import { Readable } from 'node:stream';

/** An export that did not come to its end: its client must see that. */
class ExportEnded extends Error {
  constructor(reason: string) {
    super(`the export was broken off: ${reason}`);
    this.name = 'ExportEnded';
  }
}

/**
 * The text of an export, part by part. A part is made only when the one before it was taken, so that an export of which
 * nothing is read keeps one part, and another in the socket. The connection is closed when its client takes too little.
 */
export class ExportStream extends Readable {
  readonly #parts: AsyncIterator<string>;
  readonly #whole: NodeJS.Timeout;

  /**
   * @param parts a fault of it breaks the file off
   * @param wholeMs for how long the whole export may last
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
