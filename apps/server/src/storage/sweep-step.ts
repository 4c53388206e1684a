/** The settings of the sweep. */
export interface SweepLimits {
  readonly answerTtlMs: number;
  readonly retentionMs: number;
  /** rows looked at in one step, so that the writer is not held up */
  readonly rowsMax: number;
  /** whether it is limited to answers beyond the cap of their scope */
  readonly onlyEvicts?: boolean;
  /** where the previous step ended; `undefined` starts again */
  readonly cursor: SweepCursor | undefined;
}

/** A place among the records: on SQLite their number, on PostgreSQL when they were first seen, in each of two tables. */
export type SweepCursor =
  | { readonly kind: 'record'; readonly n: number }
  | { readonly kind: 'times'; readonly untimedMs: number; readonly restMs: number };

/** A task of a step that failed. The other tasks went on. */
export interface SweepFailure {
  /** such as `evicted answers of tenant acme` */
  readonly task: string;
  readonly message: string;
}

/** How many failures a report of a step names. */
export const failuresMax = 10;
