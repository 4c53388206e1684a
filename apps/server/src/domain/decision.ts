import type { Json } from '@billonce/idempotency/core';
import type { Refusal } from './refusal.ts';
import { type Changes, noChanges } from './view.ts';

/** A success, as the caller is told of it. */
export interface Answer {
  readonly status: 200 | 201 | 204;
  /** path of what was made, under the base path of the API */
  readonly location?: string;
  readonly body?: Json;
}

/** What became of a command. */
export type Decision =
  | {
      readonly kind: 'done';
      readonly answer: Answer;
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
}

export function done(answer: Answer, changes: Partial<Changes> = {}): Decision {
  return { kind: 'done', answer, changes: { ...noChanges, ...changes }, remembered: true };
}

export function refused(refusal: Refusal): Decision {
  return { kind: 'refused', refusal };
}
