import { Buffer } from 'node:buffer';

/** Parts that are kept as they came: nearly all bodies have fewer. */
const keptMax = 16;
/** Parts that are smaller are copied together after that. */
const smallBytes = 4_096;
const blockBytes = 65_536;
/**
 * A body of this many parts with this small an average size is refused: parsing its frames costs a hundred times as
 * much as its bytes.
 */
const tinyPartsMax = 1_024;
const tinyPartBytes = 16;

/**
 * The parts of a body, in memory that follows its bytes. A client may send each byte as a chunk; an object for each would be a
 * hundred times its size.
 */
export class BodyParts {
  readonly #parts: Buffer[] = [];
  #block = Buffer.alloc(0);
  #used = 0;
  #bytes = 0;
  #count = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether there are too many parts for their bytes. */
  get areTiny(): boolean {
    return this.#count > tinyPartsMax && this.#bytes < this.#count * tinyPartBytes;
  }

  /** How many objects there are for all parts that came. */
  get kept(): number {
    return this.#parts.length + (this.#used > 0 ? 1 : 0);
  }

  add(part: Buffer): void {
    this.#bytes += part.length;
    this.#count += 1;
    if (this.#parts.length < keptMax || part.length >= smallBytes) {
      this.#endBlock();
      this.#parts.push(part);
      return;
    }
    if (this.#used + part.length > this.#block.length) {
      this.#endBlock();
      this.#block = Buffer.allocUnsafe(blockBytes);
    }
    part.copy(this.#block, this.#used);
    this.#used += part.length;
  }

  /** All of them as one. */
  whole(): Buffer {
    this.#endBlock();
    return Buffer.concat(this.#parts, this.#bytes);
  }

  #endBlock(): void {
    if (this.#used > 0) this.#parts.push(this.#block.subarray(0, this.#used));
    this.#block = this.#block.subarray(this.#used);
    this.#used = 0;
  }
}
