/** What the sweep goes by. */
export interface SweepLimits {
  readonly answerTtlMs: number;
  readonly retentionMs: number;
  /** rows looked at in one step, so that the writer is not held up */
  readonly rowsMax: number;
  /** where the step before ended; `undefined` begins anew */
  readonly cursor: SweepCursor | undefined;
}

/** A place in the table of records. */
export interface SweepCursor {
  readonly tenant: string;
  readonly scope: string;
  readonly key: string;
}
