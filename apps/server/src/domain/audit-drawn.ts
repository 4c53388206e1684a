import type { Amount } from './amount.ts';
import { returnedFor } from './reversal.ts';
import { takenOf } from './tier-period.ts';
import { costOfParts } from './tiers.ts';
import type { Entry } from './usage.ts';

/** What was drawn for an entry, and how many of its requests were taken back. */
interface DrawnEntry {
  readonly drawn: Amount;
  readonly requests: number;
  readonly unitScale: number;
  readonly tiered: Entry['tiered'];
  readonly reversed: number;
}

/** What an audit keeps of what was drawn from a balance for one account, to see that each reversal returns it once. */
export class DrawnAudit {
  /** of usage, by the sequence of its entry, as long as something of it was not returned */
  readonly #drawn = new Map<number, DrawnEntry>();
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

  /** Adds an entry with its cost, and returns the faults in what was drawn for it. */
  faultsOf(entry: Entry, cost: Amount): string[] {
    const { id, sequence, requests, drawn, paidAfter = 0n, reversal, unitScale, tiered } = entry;
    const faults: string[] = [];
    if (reversal !== undefined) {
      const wanted =
        reversal.entryId === undefined
          ? this.#takeBack(reversal.from, reversal.through)
          : this.#take(reversal.through, -requests);
      if (-(drawn ?? 0n) !== wanted) faults.push(`reversal ${id} does not return what was drawn`);
    } else if (drawn !== undefined) {
      if (drawn !== cost) faults.push(`entry ${id} was drawn for another amount than it costs`);
      this.#drawn.set(sequence, { drawn, requests, unitScale, tiered, reversed: 0 });
    }
    this.#paid += drawn ?? 0n;
    if (paidAfter !== this.#paid) faults.push(`entry ${id} carries a wrong sum of what was drawn`);
    return faults;
  }

  /** What was drawn for usage in (from, through] and was not returned yet. */
  #takeBack(from: number, through: number): Amount {
    let sum = 0n;
    for (const [sequence, { requests, reversed }] of this.#drawn) {
      if (sequence > through) break;
      if (sequence > from) sum += this.#take(sequence, requests - reversed);
    }
    return sum;
  }

  /** What is returned for so many requests of an entry. */
  #take(sequence: number, requests: number): Amount {
    const known = this.#drawn.get(sequence);
    if (known === undefined) return 0n;
    const reversed = known.reversed + requests;
    if (reversed < known.requests) this.#drawn.set(sequence, { ...known, reversed });
    else this.#drawn.delete(sequence);
    if (known.tiered !== undefined)
      return costOfParts(takenOf(known.tiered, known, known.reversed, requests), known.unitScale);
    return returnedFor(known, known.reversed, requests) ?? 0n;
  }
}
