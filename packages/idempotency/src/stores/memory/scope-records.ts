import type { StoredAnswer } from '../../core/store.ts';

/** Replaces an answer that is no longer kept. */
export const gone = Symbol('gone');

/** A record in memory: one flat object, so that a million of them fit. */
export interface MemoryRecord {
  /** one character for each byte */
  readonly fingerprint: string;
  // Times count from the start of the store: V8 keeps such small numbers inside the object.
  readonly firstSeenAt: number;
  readonly forgetAt: number;
  fencingToken: number;
  /** end of the lease, or of the answer */
  expiresAt: number;
  /** `undefined` while the record is leased */
  answer: StoredAnswer | typeof gone | undefined;
  location: string | undefined;
}

/** The records of one scope. */
export class ScopeRecords {
  /** by key, in the order in which the keys were first seen */
  readonly byKey = new Map<string, MemoryRecord>();
  /** how many answers are kept */
  answers = 0;
  /** records in the order in which they were completed; the first `#queueStart` places are no longer used */
  #completed: (MemoryRecord | undefined)[] = [];
  #queueStart = 0;

  /** Notes that a record now has an answer. */
  answered(record: MemoryRecord): void {
    this.#completed.push(record);
    this.answers++;
  }

  /** The record with the oldest answer. */
  oldestAnswered(): MemoryRecord | undefined {
    while (this.#queueStart < this.#completed.length) {
      const record = this.#completed[this.#queueStart];
      if (record !== undefined && record.answer !== gone) return record;
      this.#completed[this.#queueStart] = undefined;
      this.#queueStart++;
    }
    return undefined;
  }

  /** Turns a record with an answer into a tombstone. */
  dropAnswer(record: MemoryRecord): void {
    record.answer = gone;
    this.answers--;
    // The queue must not keep a record without an answer alive.
    this.oldestAnswered();
    if (this.#queueStart < queueStartMax || this.#queueStart * 2 < this.#completed.length) return;
    this.#completed = this.#completed.slice(this.#queueStart);
    this.#queueStart = 0;
  }
}

/** From this many unused places on, the beginning of a queue is cut off. */
const queueStartMax = 1024;
