/** How long a slice of work may occupy the event loop. */
const sliceMs = 1;

/**
 * Divides long work on the event loop into slices: in each turn of the loop one slice runs, and lanes take turns. All
 * other work of the loop therefore waits for one slice at most, no matter how many large bodies there are.
 */
export class Turns {
  readonly #later: (turn: () => void) => void;
  readonly #lanes = new Map<string, (() => void)[]>();
  #isScheduled = false;

  /** @param later runs the next turn: in the next one of the loop, unless turns are to be further apart */
  constructor(later: (turn: () => void) => void = setImmediate) {
    this.#later = later;
  }

  /** Resolves in a later turn of the loop, when it is this lane's turn. */
  next(lane: string): Promise<void> {
    return new Promise((resume) => {
      const waiting = this.#lanes.get(lane);
      if (waiting === undefined) this.#lanes.set(lane, [resume]);
      else waiting.push(resume);
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#later(() => {
      this.#isScheduled = false;
      this.#resumeOne();
      if (this.#lanes.size > 0) this.#schedule();
    });
  }

  #resumeOne(): void {
    const [first] = this.#lanes;
    if (first === undefined) return;
    const [lane, waiting] = first;
    const resume = waiting.shift();
    // The lanes that are waiting come first.
    this.#lanes.delete(lane);
    if (waiting.length > 0) this.#lanes.set(lane, waiting);
    resume?.();
  }
}

/** The slices of one piece of work. */
export class Slices {
  readonly #next: () => Promise<void>;
  readonly #nowMs: () => number;
  #endsAtMs: number;

  constructor(next: () => Promise<void>, nowMs: () => number = () => performance.now()) {
    this.#next = next;
    this.#nowMs = nowMs;
    this.#endsAtMs = nowMs() + sliceMs;
  }

  /** Whether the slice has used up its time: the work continues after `next`. */
  get isOver(): boolean {
    return this.#nowMs() >= this.#endsAtMs;
  }

  async next(): Promise<void> {
    await this.#next();
    this.#endsAtMs = this.#nowMs() + sliceMs;
  }
}
