import { batchItemsMax, heavyItemsMin, togetherCount } from '../../../ledger/gathering-executor.ts';

/**
 * The calls that wait for the writer, by the line on which they came. The lines take turns, and between two groups of heavy calls the
 * light ones of all lines get one: each line has a fair queue, which knows nothing of the others.
 */
export class CallTurns<C> {
  readonly #weightOf: (call: C) => number;
  /** the line whose turn is next comes first */
  readonly #lines: C[][] = [];
  #wasHeavy = false;

  constructor(weightOf: (call: C) => number) {
    this.#weightOf = weightOf;
  }

  /** Adds a line; returns the function that adds a call to it. */
  addLine(): (call: C) => void {
    const calls: C[] = [];
    this.#lines.push(calls);
    return (call) => calls.push(call);
  }

  get isEmpty(): boolean {
    return this.#lines.every((calls) => calls.length === 0);
  }

  /** Takes the calls that are answered together: those of a line keep their order. */
  take(): C[] {
    const waiting = this.#lines.filter((calls) => calls.length > 0);
    const [first] = waiting;
    if (first === undefined) return [];
    if (waiting.length === 1) return this.#takeOf(first);
    const heavy = waiting.find((calls) => this.#isHeavy(calls[0]));
    const light = waiting.filter((calls) => !this.#isHeavy(calls[0]));
    if (heavy !== undefined && (light.length === 0 || !this.#wasHeavy)) return this.#takeOf(heavy);
    this.#wasHeavy = false;
    return this.#takeLight(light);
  }

  #takeOf(calls: C[]): C[] {
    this.#wasHeavy = this.#isHeavy(calls[0]);
    this.#endTurn(calls);
    return calls.splice(0, togetherCount(calls.map(this.#weightOf)));
  }

  /** One call of each line in turn, as many as are committed together. */
  #takeLight(light: readonly C[][]): C[] {
    const taken: C[] = [];
    let weight = 0;
    for (let taking = light; taking.length > 0; ) {
      taking = taking.filter((calls) => {
        const [call] = calls;
        if (call === undefined || this.#isHeavy(call)) return false;
        if (taken.length > 0 && weight + this.#weightOf(call) > batchItemsMax) return false;
        weight += this.#weightOf(call);
        taken.push(call);
        calls.shift();
        return true;
      });
    }
    const [first] = light;
    if (first !== undefined) this.#endTurn(first);
    return taken;
  }

  #endTurn(calls: C[]): void {
    this.#lines.splice(this.#lines.indexOf(calls), 1);
    this.#lines.push(calls);
  }

  #isHeavy(call: C | undefined): boolean {
    return call !== undefined && this.#weightOf(call) >= heavyItemsMin;
  }
}
