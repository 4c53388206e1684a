import { heavyItemsMin } from './gathering-executor.ts';
import type { Outcome, Submission } from './submission.ts';

/** The bounds of the write path, in items: a single command weighs 1, a bulk as much as it has items; deliveries to webhooks add to it. */
export interface LedgerLimits {
  readonly queuedItemsMax: number;
  /** with the writer and not answered yet: enough that it never waits, few enough that the queue stays fair */
  readonly inFlightItemsMax: number;
  /** a command that weighs so much goes without those of other tenants, and to the heavy lane if there is one */
  readonly heavyItemsMin: number;
}

export const ledgerLimitsDefault: LedgerLimits = {
  queuedItemsMax: 100_000,
  inFlightItemsMax: 2_000,
  heavyItemsMin,
};
/** Tenants that have heavy commands wait in one heavy lane; each of them has one, or a batch, there at a time. */
export const heavyLimits: Partial<LedgerLimits> = { queuedItemsMax: 400_000 };
/** What a tenant may write in a turn of the writer while others write too: a commit costs about as much as so many items. */
export const creditItemsPerTurn = 100;
/**
 * What is heavy is owed so many times: then others have the writer for two thirds of the time, and half of their writes
 * wait for none of it.
 */
export const heavyOwed = 3;
/** With turns of a millisecond: for so long a client may think between an answer and its next request. */
export const expectedTurns = 20;
/** How long an idle writer waits for tenants that owe less than those that wait, at the most, in each turn. */
export const turnMs = 1;

/** Passes the time of a turn in which nothing is written. */
export type PassTurn = () => Promise<void>;

/** Called with what became of each submission. */
export type OnDecided = (submission: Submission, outcome: Outcome) => void;

/** When a submission waited and was carried out, on the clock of `performance.now()`, and in what company. */
export interface WriteTimes {
  readonly submittedAtMs: number;
  readonly takenAtMs: number;
  readonly answeredAtMs: number;
  /** one object for all that went to the writer together */
  readonly batch: { readonly items: number };
}

/** Called with the times of a submission before its outcome is returned. */
export type OnTimed = (times: WriteTimes) => void;

/** What takes submissions. */
export interface Submits {
  submit(submission: Submission, onTimed?: OnTimed): Promise<Outcome>;
}

/** What a ledger works with, besides what carries out its batches. */
export interface LedgerParts {
  readonly nowMs: () => number;
  readonly onDecided?: OnDecided;
  readonly limits?: Partial<LedgerLimits>;
  readonly passTurn?: PassTurn;
  /** Carries out what is heavy, so that no other tenant waits for it. Without it, heavy commands are batches like others. */
  readonly heavyLane?: Submits | undefined;
}
