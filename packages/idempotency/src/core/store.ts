import type { IdempotencyRecord } from './key-decision.ts';

/** A value, or the promise of one. */
export type Awaitable<T> = T | Promise<T>;

/** Where the record of a key lives. */
export interface Slot {
  /** digest of the scope: 32 hexadecimal digits */
  readonly scope: string;
  /** digest of the key: 32 hexadecimal digits */
  readonly key: string;
}

/** An answer in the form in which stores keep it, see `encodeAnswer`; to a store it is opaque. */
export type StoredAnswer = string | Uint8Array;

/** A record under a lease: whoever holds the fencing token may execute the operation. */
export interface LeasedRecord {
  readonly kind: 'leased';
  /** 64 hexadecimal digits */
  readonly fingerprint: string;
  /** milliseconds since the epoch, by the clock of the store */
  readonly firstSeenAtMs: number;
  readonly fencingToken: number;
  /** from then on the lease has lapsed, and the operation counts as abandoned */
  readonly leaseExpiresAtMs: number;
}

/** A record of an operation that has ended. */
export interface CompletedRecord extends IdempotencyRecord<StoredAnswer> {
  readonly kind: 'completed';
  readonly fencingToken: number;
}

/** What a store keeps of a key. */
export type StoredRecord = LeasedRecord | CompletedRecord;

/** What a claim asks for. */
export interface ClaimRequest {
  /** 64 hexadecimal digits */
  readonly fingerprint: string;
  /** for how long the lease holds unless it is renewed */
  readonly leaseMs: number;
  /** for how long the key refuses a second execution, from its first use on */
  readonly retentionMs: number;
  /** the fencing token of an abandoned lease that this claim takes over; without one, nothing is taken over */
  readonly takeOver: number | undefined;
}

/** What a claim comes to. */
export type Claim =
  | { readonly kind: 'claimed'; readonly fencingToken: number; readonly nowMs: number }
  | { readonly kind: 'found'; readonly record: StoredRecord; readonly nowMs: number }
  /** no room for a new key, and nothing that may be forgotten; nothing was changed */
  | { readonly kind: 'full' };

/** How an operation ends. */
export interface Completion {
  /** `undefined` makes the record a tombstone at once */
  readonly answer: StoredAnswer | undefined;
  /** for how long the answer is kept, from now on */
  readonly answerTtlMs: number;
  /** `Location` of what the operation made */
  readonly location: string | undefined;
}

/**
 * The port of a store: four verbs, each atomic by itself, and a look. Every store keeps the laws of
 * `@billonce/idempotency/testing`. A store that cannot be reached rejects; a time is always that of its own clock.
 */
export interface IdempotencyStore {
  /** for how long keys are remembered, in milliseconds, where the options do not say; 400 days if it is not given */
  readonly retentionMsDefault?: number;

  /**
   * Takes the lease of a slot that has no record, or whose record's retention is over, or that is abandoned and whose
   * fencing token is `takeOver`. Else changes nothing and gives the record that is there. Every fencing token that
   * the store gives is greater than all that it gave before, for whatever slot.
   */
  claim(slot: Slot, request: ClaimRequest): Awaitable<Claim>;

  /** Prolongs the lease to `leaseMs` from now; 0 abandons it. False if the token does not hold it any more. */
  renew(slot: Slot, fencingToken: number, leaseMs: number): Awaitable<boolean>;

  /**
   * Ends the operation. True if the token holds the lease, lapsed or not, and also if it ended the operation
   * before: then the first completion stands. False, and nothing changed, for any other token.
   */
  complete(slot: Slot, fencingToken: number, completion: Completion): Awaitable<boolean>;

  /** Forgets a leased record, so that the key is unknown again. False if the token does not hold the lease. */
  release(slot: Slot, fencingToken: number): Awaitable<boolean>;

  /** The record of a slot, if there is one that is not forgotten, with the time of the store. */
  inspect(slot: Slot): Awaitable<{ readonly record: StoredRecord; readonly nowMs: number } | undefined>;
}

/**
 * The part of a store that works inside the caller's own transaction: what `store.within(tx)` gives. `Done` is
 * `boolean` for a driver without promises, `Promise<boolean>` for the others.
 */
export interface TransactionCompleter<Done extends Awaitable<boolean> = Awaitable<boolean>> {
  /** As `IdempotencyStore.complete`, but it holds only if the transaction commits. */
  complete(slot: Slot, fencingToken: number, completion: Completion): Done;
}
