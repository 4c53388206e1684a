/** One call of a history, with times of a clock that all clients share. */
export interface Operation<Call, Answer> {
  readonly call: Call;
  /** `undefined` if no answer arrived: the call may have taken effect at any later time, or never */
  readonly answer: Answer | undefined;
  readonly calledAt: number;
  /** without an answer: the time after which it can no longer take effect, or `Infinity` */
  readonly answeredAt: number;
}

/** Executes calls one after another. */
export interface SequentialModel<Call, Answer> {
  /**
   * Executes a call if it can have this answer now.
   *
   * @returns a function that undoes it; `undefined` if the answer is not possible now, and nothing was changed
   */
  apply(call: Call, answer: Answer | undefined): (() => void) | undefined;
  /** A digest of the state on which later answers depend, apart from the set of executed calls. */
  digest(): string;
}

/** Whether an order of all answered calls explains their answers. */
export type Verdict<Call, Answer> =
  | { readonly isLinearizable: true }
  | {
      readonly isLinearizable: false;
      /** the number of calls that the longest order explains */
      readonly explained: number;
      /** the calls that could be next in it, but have impossible answers */
      readonly stuck: readonly Operation<Call, Answer>[];
    }
  | { readonly isLinearizable: 'unknown'; readonly steps: number };

interface Frame {
  /** positions in the history that may be next; those without an answer come last */
  readonly candidates: readonly number[];
  next: number;
  /** the position of the call that led here, and the function that undoes it */
  readonly place: number;
  readonly undo: () => void;
}

/** No history of the tests needs this many steps. A longer search remains undecided. */
const defaultStepsMax = 5_000_000;

/**
 * Searches for an order of calls in which each takes effect between its call and its answer, and has the answer of the
 * model (Herlihy and Wing, "Linearizability: a correctness condition for concurrent objects", 1990). The search is that
 * of Wing and Gong with Lowe's memory of tried states.
 */
export function checkLinearizable<Call, Answer>(
  history: readonly Operation<Call, Answer>[],
  model: SequentialModel<Call, Answer>,
  stepsMax = defaultStepsMax,
): Verdict<Call, Answer> {
  return new Search(history, model).run(stepsMax);
}

class Search<Call, Answer> {
  readonly #operations: readonly Operation<Call, Answer>[];
  readonly #model: SequentialModel<Call, Answer>;
  /** whether each call was executed, by position */
  readonly #isDone: boolean[];
  /** all answered calls before this position were executed */
  #low = 0;
  readonly #answered: number;
  #doneAnswered = 0;
  /** the start of the latest executed call: no call that ended before it may come next */
  #lastCall = -1;
  readonly #unanswered: readonly number[];
  readonly #tried = new Set<string>();
  #best = -1;
  #stuck: readonly number[] = [];

  constructor(history: readonly Operation<Call, Answer>[], model: SequentialModel<Call, Answer>) {
    this.#operations = history.toSorted((a, b) => a.calledAt - b.calledAt);
    this.#model = model;
    this.#isDone = this.#operations.map(() => false);
    this.#unanswered = this.#operations.flatMap(({ answer }, place) => (answer === undefined ? [place] : []));
    this.#answered = history.length - this.#unanswered.length;
  }

  run(stepsMax: number): Verdict<Call, Answer> {
    const frames: Frame[] = [this.#frame(-1, () => undefined)];
    for (let steps = 0; steps < stepsMax; steps++) {
      if (this.#doneAnswered === this.#answered) return { isLinearizable: true };
      const frame = frames.at(-1);
      if (frame === undefined) {
        const stuck = this.#stuck.flatMap((place) => this.#operations[place] ?? []);
        return { isLinearizable: false, explained: this.#best, stuck };
      }
      const place = frame.candidates[frame.next];
      frame.next += 1;
      if (place === undefined) {
        frames.pop();
        this.#takeBack(frame);
        continue;
      }
      const deeper = this.#try(place);
      if (deeper !== undefined) frames.push(deeper);
    }
    return { isLinearizable: 'unknown', steps: stepsMax };
  }

  #try(place: number): Frame | undefined {
    const operation = this.#operations[place];
    if (operation === undefined) return undefined;
    const undo = this.#model.apply(operation.call, operation.answer);
    if (undo === undefined) return undefined;
    this.#isDone[place] = true;
    if (operation.answer !== undefined) this.#doneAnswered += 1;
    const lowBefore = this.#low;
    const lastCallBefore = this.#lastCall;
    this.#lastCall = Math.max(this.#lastCall, operation.calledAt);
    while (this.#low < this.#operations.length && this.#isPassed(this.#low)) this.#low += 1;
    const takeBack = () => {
      this.#low = lowBefore;
      this.#lastCall = lastCallBefore;
      undo();
    };
    const key = this.#key();
    if (this.#tried.has(key)) {
      this.#takeBack({ place, undo: takeBack });
      return undefined;
    }
    this.#tried.add(key);
    return this.#frame(place, takeBack);
  }

  #takeBack({ place, undo }: Pick<Frame, 'place' | 'undo'>): void {
    undo();
    if (place < 0) return;
    this.#isDone[place] = false;
    if (this.#operations[place]?.answer !== undefined) this.#doneAnswered -= 1;
  }

  /** Whether an unanswered call can take effect now: it has begun, and has not ended. */
  #isOpen(place: number, firstAnswer: number): boolean {
    const operation = this.#operations[place];
    return (
      operation !== undefined && operation.calledAt < firstAnswer && operation.answeredAt > this.#lastCall
    );
  }

  /** Whether a position no longer limits which calls may be next. */
  #isPassed(place: number): boolean {
    return this.#isDone[place] === true || this.#operations[place]?.answer === undefined;
  }

  #frame(place: number, undo: () => void): Frame {
    const { answered, firstAnswer } = this.#window();
    const unanswered = this.#unanswered.filter(
      (at) => this.#isDone[at] !== true && this.#isOpen(at, firstAnswer),
    );
    if (this.#doneAnswered > this.#best) {
      this.#best = this.#doneAnswered;
      this.#stuck = answered;
    }
    return { candidates: [...answered, ...unanswered], next: 0, place, undo };
  }

  /** The calls that began before the first answer to a call that is not executed yet. */
  #window(): { readonly answered: readonly number[]; readonly firstAnswer: number } {
    const open: number[] = [];
    let firstAnswer = Infinity;
    for (let place = this.#low; place < this.#operations.length; place++) {
      const operation = this.#operations[place];
      if (operation === undefined || operation.calledAt > firstAnswer) break;
      if (this.#isPassed(place)) continue;
      open.push(place);
      firstAnswer = Math.min(firstAnswer, operation.answeredAt);
    }
    const answered = open.filter((place) => (this.#operations[place]?.calledAt ?? Infinity) < firstAnswer);
    return { answered, firstAnswer };
  }

  /** Identifies the executed calls and the state. Calls before `low` are omitted, except those without an answer. */
  #key(): string {
    const beyond: number[] = [];
    let firstAnswer = Infinity;
    for (let place = this.#low; place < this.#operations.length; place++) {
      const operation = this.#operations[place];
      if (operation === undefined || operation.calledAt > firstAnswer) break;
      if (operation.answer !== undefined && this.#isDone[place] === true) beyond.push(place);
      if (!this.#isPassed(place)) firstAnswer = Math.min(firstAnswer, operation.answeredAt);
    }
    const unanswered = this.#unanswered.filter((place) => this.#isDone[place] === true);
    return `${this.#low} ${beyond.join(',')} ${unanswered.join(',')} ${this.#model.digest()}`;
  }
}
