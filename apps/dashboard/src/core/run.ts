import { decimalOf, type Money, moneyOf, scaled } from './amount.ts';

/** A run: bills of all agents up to a moment, tied together by a name. */
export interface Run {
  readonly runId: string;
  /** bills what was recorded before it */
  readonly before: string;
}

/** An account of which something is not billed, and why. */
export interface Left {
  readonly agent: string;
  readonly serviceId: string;
  readonly reason: string;
}

/** What a run comes to, or would come to. */
export interface Tally {
  /** accounts that were looked at */
  readonly accounts: number;
  readonly agents: number;
  readonly bills: number;
  /** by asset */
  readonly sums: readonly Money[];
  /** the first of what is left */
  readonly left: readonly Left[];
  readonly leftCount: number;
}

/** How many accounts that are left are kept: a run over 100,000 accounts without a price would fill the tab. */
const leftMax = 200;

/** Adds up what a run comes to. */
export class RunSum {
  readonly #sums = new Map<string, { readonly sum: bigint; readonly places: number }>();
  readonly #agents = new Set<string>();
  readonly #left: Left[] = [];
  #accounts = 0;
  #bills = 0;
  #leftCount = 0;

  look(): void {
    this.#accounts += 1;
  }

  bill(agent: string, { amount, asset }: Money): void {
    this.#bills += 1;
    this.#agents.add(agent);
    const { sum, places } = this.#sums.get(asset) ?? { sum: 0n, places: 0 };
    // Bills of an asset have all its decimals, and so has their sum.
    const decimals = amount.split('.')[1]?.length ?? 0;
    this.#sums.set(asset, { sum: sum + scaled(amount), places: Math.max(places, decimals) });
  }

  leave(left: Left): void {
    this.#leftCount += 1;
    if (this.#left.length < leftMax) this.#left.push(left);
  }

  get tally(): Tally {
    return {
      accounts: this.#accounts,
      agents: this.#agents.size,
      bills: this.#bills,
      sums: [...this.#sums]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([asset, { sum, places }]) => moneyOf(decimalOf(sum, places), asset)),
      left: [...this.#left],
      leftCount: this.#leftCount,
    };
  }
}

/** Whether a name is one that a run may have. */
export function isRunId(text: string): boolean {
  return /^[A-Za-z0-9._:-]{1,64}$/.test(text);
}
