import type { Amount } from './amount.ts';
import type { Entry } from './usage.ts';

/** What an audit keeps of what was drawn from a balance for one account, to see that each reversal returns it once. */
export class DrawnAudit {
  /** of usage, by the sequence of its entry, as long as it was not returned */
  readonly #drawn = new Map<number, Amount>();
  #paid = 0n;
  #settled = 0n;

  get paid(): Amount {
    return this.#paid;
  }

  /** in the ranges of bills */
  get settled(): Amount {
    return this.#settled;
  }

  /** What was drawn, less what was returned, since the last bill: the part of a bill that ends here. */
  takeRange(): Amount {
    const paid = this.#paid - this.#settled;
    this.#settled = this.#paid;
    return paid;
  }

  /** Takes in an entry, with what it costs, and says what is wrong with what was drawn. */
  faultsOf({ id, sequence, drawn, paidAfter = 0n, reversal }: Entry, cost: Amount): string[] {
    const faults: string[] = [];
    if (reversal !== undefined) {
      const wanted = this.#takeBack(reversal.from, reversal.through);
      if (-(drawn ?? 0n) !== wanted) faults.push(`reversal ${id} does not return what was drawn`);
    } else if (drawn !== undefined) {
      if (drawn !== cost) faults.push(`entry ${id} was drawn for another amount than it costs`);
      this.#drawn.set(sequence, drawn);
    }
    this.#paid += drawn ?? 0n;
    if (paidAfter !== this.#paid) faults.push(`entry ${id} carries a wrong sum of what was drawn`);
    return faults;
  }

  /** What was drawn for usage in (from, through] and was not returned yet. */
  #takeBack(from: number, through: number): Amount {
    let sum = 0n;
    if (through === from + 1) return this.#take(through);
    for (const sequence of this.#drawn.keys()) {
      if (sequence > through) break;
      if (sequence > from) sum += this.#take(sequence);
    }
    return sum;
  }

  #take(sequence: number): Amount {
    const drawn = this.#drawn.get(sequence) ?? 0n;
    this.#drawn.delete(sequence);
    return drawn;
  }
}
