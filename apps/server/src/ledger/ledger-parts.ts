import { heavyItemsMin } from './gathering-executor.ts';
import type { RecentReplays } from './recent-replays.ts';
import type { Outcome, Submission } from './submission.ts';

/**
 * The limits of the write path, in items: a single command counts 1, a bulk its number of items; deliveries to webhooks
 * add to it.
 */
export interface LedgerLimits {
  readonly queuedItemsMax: number;
  /** with the writer and not answered yet: enough that the writer never waits, few enough that the queue stays fair */
  readonly inFlightItemsMax: number;
  /**
   * when so many were submitted in one turn of the loop, they go to the writer before its end. For a writer on another
   * thread, which then works while the sockets are still read (docs/adr/0080); one on a connection gets small batches of it
   */
  readonly dispatchAt: number;
  /** a command of this weight is taken without those of other tenants, and goes to the heavy lane if there is one */
  readonly heavyItemsMin: number;
}

/** The waiting items of a write path and those with its writer, each with its capacity. */
export interface LedgerState {
  readonly queuedItems: number;
  readonly queueSlots: number;
  /** the used share of the slots; of several write paths, that of the fullest */
  readonly queueUsedRatio: number;
  readonly inFlightItems: number;
  readonly inFlightSlots: number;
}

export const ledgerLimitsDefault: LedgerLimits = {
  queuedItemsMax: 100_000,
  inFlightItemsMax: 2_000,
  dispatchAt: Number.POSITIVE_INFINITY,
  heavyItemsMin,
};
/** Tenants with heavy commands wait in one heavy lane; each of them has one command, or a batch, there at a time. */
export const heavyLimits: Partial<LedgerLimits> = { queuedItemsMax: 400_000 };
/**
 * What a tenant may write in a turn of the writer while others write, too: a commit costs about as much as this many
 * items.
 */
export const creditItemsPerTurn = 100;
/**
 * The factor for the debt of heavy commands: others then have the writer for two thirds of the time, and half of their
 * writes wait for none of them.
 */
export const heavyOwed = 3;
/** With turns of a millisecond: how long a client may take between an answer and its next request. */
export const expectedTurns = 20;
/** The longest time, in each turn, for which an idle writer waits for tenants that owe less than the waiting ones. */
export const turnMs = 1;

/** Waits for the time of a turn in which nothing is written. */
export type PassTurn = () => Promise<void>;

/** Called with the outcome of each submission. */
export type OnDecided = (submission: Submission, outcome: Outcome) => void;

/** When a submission waited and was carried out, on the clock of `performance.now()`, and in which batch. */
export interface WriteTimes {
  readonly submittedAtMs: number;
  readonly takenAtMs: number;
  readonly answeredAtMs: number;
  /** one object shared by all submissions of a batch */
  readonly batch: { readonly items: number };
}

/** Called with the times of a submission before its outcome is returned. */
export type OnTimed = (times: WriteTimes) => void;

/** A component that accepts submissions. */
export interface Submits {
  submit(submission: Submission, onTimed?: OnTimed): Promise<Outcome>;
}

/** The parts of a ledger, besides the executor of its batches. */
export interface LedgerParts {
  readonly nowMs: () => number;
  readonly onDecided?: OnDecided;
  readonly limits?: Partial<LedgerLimits>;
  readonly passTurn?: PassTurn;
  /** answers replays without the executor; only where no other process writes */
  readonly replays?: RecentReplays | undefined;
  /**
   * Carries out heavy commands, so that no other tenant waits for them. Without it, heavy commands are batched like
   * others.
   */
  readonly heavyLane?: Submits | undefined;
}
