import type { IdBlock } from '../domain/id-block.ts';

const counterMax = 2 ** 32;
/** How far the clock may be set back before ids follow it down. Until then they stand still and count on. */
const heldBackMs = 3_600_000;

/**
 * Hands out blocks of ids that grow: across batches, across restarts (`lastTimeMs` is kept with the ledger), and
 * while the clock is set back by up to an hour.
 */
export class IdSource {
  readonly #randomTail: () => string;
  #timeMs: number;
  #counter = 0;

  constructor(lastTimeMs: number, randomTail: () => string) {
    // Where the counter stood before the restart is not known, so that millisecond is left.
    this.#timeMs = lastTimeMs + 1;
    this.#randomTail = randomTail;
  }

  /** A block with room for a number of ids. */
  take(nowMs: number, ids: number): IdBlock {
    if (nowMs > this.#timeMs || nowMs < this.#timeMs - heldBackMs) {
      this.#timeMs = nowMs;
      this.#counter = 0;
    }
    if (this.#counter + ids >= counterMax) {
      this.#timeMs += 1;
      this.#counter = 0;
    }
    const block = { timeMs: this.#timeMs, counter: this.#counter, randomTail: this.#randomTail() };
    this.#counter += ids;
    return block;
  }
}
