/** Where progress is shown. */
export interface ProgressTerminal {
  readonly isTTY: boolean;
  readonly columns: number;
  write(text: string): void;
}

const everyMs = 200;
const clear = '\r\x1b[K';

/** One line on a terminal that shows the progress of a command; elsewhere nothing. */
export class ProgressLine {
  readonly #terminal: ProgressTerminal;
  readonly #nowMs: () => number;
  #shownAtMs = Number.NEGATIVE_INFINITY;
  #isShown = false;

  constructor(terminal: ProgressTerminal, nowMs: () => number) {
    this.#terminal = terminal;
    this.#nowMs = nowMs;
  }

  /**
   * Shows a text, unless the last one was shown a moment ago.
   *
   * @param isWait nothing else is shown for some time: the text is shown in any case
   */
  show(text: string, isWait = false): void {
    const { isTTY, columns } = this.#terminal;
    if (!isTTY || (!isWait && this.#nowMs() < this.#shownAtMs + everyMs)) return;
    this.#shownAtMs = this.#nowMs();
    this.#isShown = true;
    // A line that wraps could not be overwritten.
    this.#terminal.write(clear + text.slice(0, columns - 1));
  }

  /** Clears the line for other output. */
  clear(): void {
    if (this.#isShown) this.#terminal.write(clear);
    this.#isShown = false;
  }
}
