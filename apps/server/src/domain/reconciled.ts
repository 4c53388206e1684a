/** What was recorded of an item: the same, nothing, or something else. */
export interface Reconciled {
  readonly status: 'matched' | 'missing' | 'different';
  readonly entryId: string | undefined;
  /** what was recorded */
  readonly requests: number | undefined;
}
