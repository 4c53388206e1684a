const windowMs = 60_000;

/**
 * Lets the first few events of a minute into the log, and counts the others: what anyone on the network can cause must not
 * fill a disk.
 */
export class SeldomLog {
  readonly #linesMax: number;
  readonly #nowMs: () => number;
  #windowEndsAtMs = Number.NEGATIVE_INFINITY;
  #lines = 0;
  #leftOut = 0;

  constructor(linesMax: number, nowMs: () => number) {
    this.#linesMax = linesMax;
    this.#nowMs = nowMs;
  }

  /** Writes a line, unless this minute has enough of them. `leftOut` is how many events had no line since the last one. */
  line(write: (leftOut: number) => void): void {
    const nowMs = this.#nowMs();
    if (nowMs >= this.#windowEndsAtMs || nowMs < this.#windowEndsAtMs - windowMs) {
      this.#windowEndsAtMs = nowMs + windowMs;
      this.#lines = 0;
    }
    if (this.#lines >= this.#linesMax) {
      this.#leftOut += 1;
      return;
    }
    this.#lines += 1;
    write(this.#leftOut);
    this.#leftOut = 0;
  }
}
