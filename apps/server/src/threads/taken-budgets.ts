/** Callers that are counted; with more, those that took a part the longest ago start again. */
const callersMax = 50_000;

/** A part of a budget that a thread takes. */
export interface BudgetPart {
  readonly caller: string;
  readonly windowStartMs: number;
  readonly cost: number;
}

/** What the HTTP threads of a process have taken of the budgets of callers, in memory: as with one thread, a restart begins again. */
export class TakenBudgets {
  readonly #taken = new Map<string, { readonly windowStartMs: number; readonly cost: number }>();

  /** Takes a part; returns what was taken in its window after it. */
  take({ caller, windowStartMs, cost }: BudgetPart): number {
    const before = this.#taken.get(caller);
    this.#taken.delete(caller);
    for (const oldest of this.#taken.keys()) {
      if (this.#taken.size >= callersMax) this.#taken.delete(oldest);
      break;
    }
    const isSame = before !== undefined && before.windowStartMs >= windowStartMs;
    const taken = isSame
      ? { windowStartMs: before.windowStartMs, cost: before.cost + cost }
      : { windowStartMs, cost };
    this.#taken.set(caller, taken);
    return taken.cost;
  }
}
