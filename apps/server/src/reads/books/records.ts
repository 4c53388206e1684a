/** Reads of records of idempotency keys. */
export interface RecordReads {
  keyFacts(key: RecordKey): Promise<KeyFacts | undefined>;
}

/** What names the record of an idempotency key. */
export interface RecordKey {
  readonly tenant: string;
  readonly scope: string;
  readonly digest: string;
}

/** The stored facts about an idempotency key. */
export interface KeyFacts {
  readonly firstSeenAtMs: number;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly location: string | undefined;
  /** `undefined` when the answer was evicted or has left with its day */
  readonly answerExpiresAtMs: number | undefined;
}
