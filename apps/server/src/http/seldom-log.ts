const windowMs = 60_000;

/**
 * Logs the first few events of a minute, and counts the others: events that anyone on the network can cause must not
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

  /**
   * Writes a line, unless this minute has enough of them. `leftOut` is the number of events without a line since the
   * last one.
   */
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
