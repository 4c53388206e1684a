import type { StoredAnswer } from '../../core/store.ts';

/** Stands in the place of an answer that is no longer kept. */
export const gone = Symbol('gone');

/** A record as it lies in memory: one flat object, so that a million of them fit. */
export interface MemoryRecord {
  /** one character a byte */
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
  /** records in the order in which they were completed; the first `#queueStart` places are done with */
  #completed: (MemoryRecord | undefined)[] = [];
  #queueStart = 0;

  /** Notes that a record has an answer now. */
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

  /** Makes a tombstone of a record that has an answer. */
  dropAnswer(record: MemoryRecord): void {
    record.answer = gone;
    this.answers--;
    // What has no answer any more must not be kept alive by the queue.
    this.oldestAnswered();
    if (this.#queueStart < queueStartMax || this.#queueStart * 2 < this.#completed.length) return;
    this.#completed = this.#completed.slice(this.#queueStart);
    this.#queueStart = 0;
  }
}

/** From so many places on the part of a queue that is done with is cut off. */
const queueStartMax = 1024;
