import { type Chunk, joined } from './written.ts';

/**
 * What happens to a body while it is written. `held`: it is kept, nothing is sent. `recorded`: it is kept and sent.
 * `passing`: it is sent, and is too large to keep.
 */
type Way = 'held' | 'recorded' | 'passing';

/** The body that a handler has written so far. */
export class WrittenBody {
  readonly #bytesMax: number;
  #chunks: Chunk[] = [];
  #bytes = 0;
  #way: Way = 'held';

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Whether nothing of it was sent. */
  get isHeld(): boolean {
    return this.#way === 'held';
  }

  /** Whether all of it was kept. */
  get isKept(): boolean {
    return this.#way !== 'passing';
  }

  get isEmpty(): boolean {
    return this.#bytes === 0;
  }

  get isTooLarge(): boolean {
    return this.#bytes > this.#bytesMax;
  }

  /** All of it, if it was kept. */
  get whole(): Chunk {
    return joined(this.#chunks);
  }

  take(chunk: Chunk): void {
    if (this.#way === 'passing') return;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#way === 'recorded') this.#drop();
  }

  /** From now on, writes are also sent; returns what was held until now. */
  letThrough(): Chunk {
    const held = this.whole;
    this.#way = 'recorded';
    this.#drop();
    return held;
  }

  #drop(): void {
    if (!this.isTooLarge) return;
    this.#way = 'passing';
    this.#chunks = [];
  }
}
