import type { Quote } from './quote.ts';
import type { Refusal } from './refusal.ts';
import { type Changes, noChanges } from './view.ts';

/** Something that happened. Each kind of command has its own facts, in the file of its noun. */
interface Happened {
  readonly kind: string;
}

/** The outcome of a command. */
export type Decision<F extends Happened = Happened> =
  | {
      readonly kind: 'done';
      readonly fact: F;
      readonly changes: Changes;
      /** whether the answer is remembered under the idempotency key */
      readonly remembered: boolean;
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Why a command was not decided: it touches more than it was weighed with, and must be weighed again. */
export interface Heavier {
  readonly kind: 'heavier';
  /** accounts that are settled, or entries that are looked through */
  readonly touched: number;
}

/** What a command is decided with, besides what it can see. */
export interface Moment {
  readonly nowMs: number;
  /** the new id with a number, counted from 0 in each command */
  readonly id: (number: number) => string;
  /** why nothing new may be done now; what was done before is still answered */
  readonly gate: Refusal | undefined;
  /** the most items of one bulk of usage */
  readonly bulkItemsMax: number;
  /**
   * the mark of a quote, with which a caller refers to the quote that it has seen: equal as long as the quote is equal
   */
  readonly markOf: (quote: Quote) => string;
}

export function done<F extends Happened>(fact: F, changes: Partial<Changes> = {}): Decision<F> {
  return { kind: 'done', fact, changes: { ...noChanges, ...changes }, remembered: true };
}

export function refused(refusal: Refusal): Decision<never> {
  return { kind: 'refused', refusal };
}
