/** A known file format. Each list of columns contains alternatives: the first one with a value is used. */
export interface Preset {
  /** if not set, the file name extension decides */
  readonly format?: 'csv' | 'jsonl';
  /** where the rows are in JSON */
  readonly rows?: string;
  /** what a row counts, and for which service */
  readonly counts: readonly { readonly service: string; readonly columns: readonly string[] }[];
  /** columns that name the service, instead of `counts` */
  readonly service?: readonly (readonly string[])[];
  readonly model?: readonly string[];
  readonly agent?: readonly string[];
  /** the number of agents over which rows are spread if no agent is named */
  readonly agentsDefault?: number;
  readonly occurredAt?: readonly string[];
  readonly timezone?: string;
  readonly id?: readonly (readonly string[])[];
  readonly takesLastOfId?: boolean;
  readonly skipsMissing?: boolean;
  readonly only?: {
    readonly columns: readonly string[];
    readonly values: readonly string[];
    readonly takesMissing: boolean;
  };
  /** whether files of this form are complete, so that the last line counts even without a line break */
  readonly takesLastLine?: boolean;
  /** whether files of this form are never exported again, so that a row's place identifies it */
  readonly isPlaceStable?: boolean;
}
