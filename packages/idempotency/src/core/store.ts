import type { IdempotencyRecord } from './key-decision.ts';

/** A value, or the promise of one. */
export type Awaitable<T> = T | Promise<T>;

/** The place of a key's record. */
export interface Slot {
  /** digest of the scope: 32 hexadecimal digits */
  readonly scope: string;
  /** digest of the key: 32 hexadecimal digits */
  readonly key: string;
}

/** An answer as stores keep it, see `encodeAnswer`; opaque to a store. */
export type StoredAnswer = string | Uint8Array;

/** A record under a lease: the holder of the fencing token may execute the operation. */
export interface LeasedRecord {
  readonly kind: 'leased';
  /** 64 hexadecimal digits */
  readonly fingerprint: string;
  /** milliseconds since the epoch, by the clock of the store */
  readonly firstSeenAtMs: number;
  readonly fencingToken: number;
  /** at this time the lease lapses, and the operation counts as abandoned */
  readonly leaseExpiresAtMs: number;
}

/** A record of an operation that has ended. */
export interface CompletedRecord extends IdempotencyRecord<StoredAnswer> {
  readonly kind: 'completed';
  readonly fencingToken: number;
}

/** What a store keeps about a key. */
export type StoredRecord = LeasedRecord | CompletedRecord;

/** The parameters of a claim. */
export interface ClaimRequest {
  /** 64 hexadecimal digits */
  readonly fingerprint: string;
  /** the length of the lease, unless it is renewed */
  readonly leaseMs: number;
  /** how long the key refuses a second execution, counted from its first use */
  readonly retentionMs: number;
  /** the fencing token of an abandoned lease that this claim takes over; without it, nothing is taken over */
  readonly takeOver: number | undefined;
}

/** The result of a claim. */
export type Claim =
  | { readonly kind: 'claimed'; readonly fencingToken: number; readonly nowMs: number }
  | { readonly kind: 'found'; readonly record: StoredRecord; readonly nowMs: number }
  /** no room for a new key, and no record that may be forgotten; nothing was changed */
  | { readonly kind: 'full' };

/** How an operation ends. */
export interface Completion {
  /** `undefined` makes the record a tombstone at once */
  readonly answer: StoredAnswer | undefined;
  /** how long the answer is kept, from now on */
  readonly answerTtlMs: number;
  /** `Location` of the resource that the operation created */
  readonly location: string | undefined;
}

/**
 * The port of a store: four verbs, each of them atomic, and `inspect`. Every store keeps the laws of
 * `@billonce/idempotency/testing`. A store that cannot be reached rejects. All times are those of the store's own
 * clock.
 */
export interface IdempotencyStore {
  /** how long keys are remembered, in milliseconds, if the options do not set it; 400 days by default */
  readonly retentionMsDefault?: number;

  /**
   * Takes the lease of a slot that has no record, or whose record's retention is over, or that is abandoned with the
   * fencing token `takeOver`. Otherwise changes nothing and returns the existing record. Every fencing token is greater
   * than all that the store issued before, for any slot.
   */
  claim(slot: Slot, request: ClaimRequest): Awaitable<Claim>;

  /** Extends the lease to `leaseMs` from now; 0 abandons it. False if the token no longer holds it. */
  renew(slot: Slot, fencingToken: number, leaseMs: number): Awaitable<boolean>;

  /**
   * Ends the operation. True if the token holds the lease, lapsed or not. Also true if the token ended the operation
   * before; the first completion is then kept. False for any other token, and nothing is changed.
   */
  complete(slot: Slot, fencingToken: number, completion: Completion): Awaitable<boolean>;

  /** Forgets a leased record, so that the key is unknown again. False if the token does not hold the lease. */
  release(slot: Slot, fencingToken: number): Awaitable<boolean>;

  /** The record of a slot, unless there is none or it is forgotten, with the time of the store. */
  inspect(slot: Slot): Awaitable<{ readonly record: StoredRecord; readonly nowMs: number } | undefined>;
}

/**
 * The part of a store that works inside the caller's own transaction: the result of `store.within(tx)`. `Done` is
 * `boolean` for a driver without promises, `Promise<boolean>` for the others.
 */
export interface TransactionCompleter<Done extends Awaitable<boolean> = Awaitable<boolean>> {
  /** Like `IdempotencyStore.complete`, but takes effect only if the transaction commits. */
  complete(slot: Slot, fencingToken: number, completion: Completion): Done;
}
