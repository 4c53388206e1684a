/** Why a request whose key was used before did not execute. */
export type RetryOutcome = 'replayed' | 'conflict' | 'expired';

/** A request that came again with its key. */
export interface Retry {
  readonly atMs: number;
  readonly outcome: RetryOutcome;
}

/** What came again with a key. */
export interface RetriesOfKey {
  /** what came before is not counted */
  readonly sinceMs: number;
  readonly replayed: number;
  readonly conflict: number;
  readonly expired: number;
  /** the last ones, the oldest first */
  readonly last: readonly Retry[];
}
