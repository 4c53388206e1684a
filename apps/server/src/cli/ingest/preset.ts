/** A form of file that is known by name. Each list of columns is of alternatives: the first that has a value counts. */
export interface Preset {
  /** without it, the ending of the file says it */
  readonly format?: 'csv' | 'jsonl';
  /** where the rows are in JSON */
  readonly rows?: string;
  /** what a row counts, and of which service */
  readonly counts: readonly { readonly service: string; readonly columns: readonly string[] }[];
  /** columns that name the service in place of `counts` */
  readonly service?: readonly (readonly string[])[];
  readonly model?: readonly string[];
  readonly agent?: readonly string[];
  /** over how many agents rows are spread when no agent is named */
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
  /** whether files of this form are finished, so that a last line counts although nothing ends it */
  readonly takesLastLine?: boolean;
  /** whether files of this form are never exported again, so that the place of a row identifies it */
  readonly isPlaceStable?: boolean;
}
